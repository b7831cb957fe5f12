/** The studio for a test: the real server over an empty data folder, and the built page. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../src/server/server.ts";
import { pageFolder } from "../../src/studio/node-build.ts";

export interface Studio extends AsyncDisposable {
  readonly url: string;
  /** Ends the server, and starts another at the same address over the same data. `between` happens while there is none. */
  restart(between: () => Promise<void>): Promise<void>;
}

/** `model`: that of requests that name none. */
export async function openStudio(model = "tiny"): Promise<Studio> {
  const home = await mkdtemp(join(tmpdir(), "visii-studio-"));
  const page = await pageFolder();
  const start = (port: number) => startServer({ home, port, page, model });
  let server = await start(0);
  const { url } = server;
  return {
    url,
    async restart(between) {
      await server.close();
      await between();
      server = await start(Number(new URL(url).port));
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
