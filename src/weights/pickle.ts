/** Whether a file is, by its name, what PyTorch saves: a Python pickle. */
export function isPickle(file: string): boolean {
  return /\.(?:bin|ckpt|pt|pth)$/i.test(file);
}

/** Why one is not read, and what to do; the end of a sentence about a file. */
export const PICKLE_REFUSED =
  "this is a Python pickle, and opening one can run any program that was put into it, so it is not read; use the model's .safetensors files, or convert it with diffusers";
