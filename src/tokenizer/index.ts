export { ClipTokenizer, type EncodedText, type TokenizerFiles } from "./clip_tokenizer.ts";
