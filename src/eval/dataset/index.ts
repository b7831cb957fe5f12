export { LAYOUTS, type Layout, type PairFile, type PictureFile, type Problem, readPicture } from "./edit.ts";
export { type Sampled, type SampledEdit, type SampleOptions, sampleDataset } from "./open.ts";
