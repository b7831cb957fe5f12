import { pictureUrl } from "../api/client.ts";
import { distinct, safeName, stem } from "../parts/names.ts";

export interface Download {
  readonly picture: string;
  readonly name: string;
}

/** What a result's file is called. */
export function resultName(picture: string, look: string): string {
  return safeName(`${stem(picture)}, ${look}.png`);
}

/** Saves a result: the server's own PNG, with all its settings inside. */
export function save({ picture, name }: Download): void {
  link(pictureUrl(picture), name);
}

/** Saves all in one zip. */
export async function saveAll(downloads: readonly Download[], name: string): Promise<void> {
  const { downloadZip } = await import("client-zip");
  const names = distinct(downloads.map(({ name }) => name));
  async function* files() {
    for (const [index, { picture }] of downloads.entries()) {
      yield { name: names[index]!, input: await fetch(pictureUrl(picture)) };
    }
  }
  const url = URL.createObjectURL(await downloadZip(files()).blob());
  link(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function link(href: string, name: string): void {
  const a = document.createElement("a");
  a.href = href;
  a.download = name;
  a.click();
}
