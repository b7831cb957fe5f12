export { ClipTokenizer, type EncodedText, type TokenizerFiles } from "./clip_tokenizer.ts";
export { fromTokenizerJson } from "./tokenizer_json.ts";
