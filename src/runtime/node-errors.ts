import { VisiiError } from "../errors.ts";

const NO_CARD =
  "WebGPU finds no graphics card here; install its driver (on Linux: Vulkan's), or compute on the processor (--device cpu).";
const NO_CUDA =
  "CUDA is not installed: it takes CUDA 12 and cuDNN 9, and `node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12`; or compute on the processor (--device cpu).";

/** What ONNX Runtime threw while loading or running, as one sentence of ours; its own words stay in `cause`. */
export function explain(cause: unknown, doing: "load" | "run"): VisiiError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const message = sentence(text.replace(/\s+/g, " ").trim(), doing);
  return new VisiiError("runtime", message, {}, { cause });
}

function sentence(text: string, doing: "load" | "run"): string {
  const task = doing === "load" ? "prepare the model" : "run the model";
  if (/WebGPU (?:adapter|device[:.])/i.test(text)) return NO_CARD;
  if (/Provider_Cuda|providers_cuda/i.test(text)) return NO_CUDA;
  const bytes = /requested buffer of size (\d+)/i.exec(text)?.[1];
  if (bytes || /bad_alloc|bad allocation|failed to allocate|out of memory|\[Invalid Buffer/i.test(text)) {
    const wanted = bytes ? ` (a block of ${Math.ceil(Number(bytes) / 2 ** 20)} MiB)` : "";
    return `There is not enough memory to ${task}${wanted}; close other programs, or use a smaller picture.`;
  }
  const node = /running (\w+) node\. Name:'([^']*)' (?:Status Message: )?(.*)/i.exec(text);
  if (node) return `Could not ${task}: ${node[1]} "${node[2]}" failed: ${withoutSource(node[3])}`;
  return `Could not ${task}: ${withoutSource(text)}`;
}

/** Its messages begin with the place in its own sources: `/onnxruntime_src/…/file.cc:123 function(arguments) `. */
function withoutSource(text: string): string {
  return text.replace(/\/\S*onnxruntime\/\S+:\d+ (?:[\w:<>~]+\s)*?[\w:<>~]+\([^)]*\)(?: const)? /g, "");
}
