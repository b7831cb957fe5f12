/** The pictures and edits that the built-in model `tiny` is trained and judged on. */
export { type CaseOptions, type Cases, cases, type Example } from "./cases.ts";
export { applyEdit } from "./compose.ts";
export { type Concept, concepts, type Source, type Split, sources } from "./concepts.ts";
export { type Edit, type Family, heldOutEdits, type Params, trainedEdits, trainedLocalEdits } from "./edits/index.ts";
export { editPair, scenePair } from "./pairs.ts";
export { type Caption, type Scene, scene } from "./scene.ts";
export { type Meta, type Pair, type PairRecord, readMeta, readShard, writeShards } from "./shards.ts";
