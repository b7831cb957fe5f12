/** The studio for a test: the real server over an empty data folder, and the built page. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { pageFolder } from "../../src/studio/node-build.ts";

export interface Studio extends AsyncDisposable {
  readonly server: RunningServer;
  readonly url: string;
}

/** `model`: that of requests that name none. */
export async function openStudio(model = "tiny"): Promise<Studio> {
  const home = await mkdtemp(join(tmpdir(), "visii-studio-"));
  const server = await startServer({ home, port: 0, page: await pageFolder(), model });
  return {
    server,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
