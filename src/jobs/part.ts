import type { Scope } from "../weights/scope.ts";

/** One network of a loaded model: what its `config.json` says, and where its parameters are. */
export interface Part<Config> {
  readonly config: Config;
  readonly scope: Scope;
}

/** Height and width, of pictures in pixels or of latents in latent pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}
