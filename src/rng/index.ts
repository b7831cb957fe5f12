export { Generator, type GeneratorState } from "./generator.ts";
export { noiseFor, noiseSeed } from "./noise.ts";
