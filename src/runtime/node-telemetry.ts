import { isMainThread } from "node:worker_threads";
import { VisiiError } from "../errors.ts";

/**
 * Keeps ONNX Runtime from sending telemetry, which its official builds do by default. It reads the variable from the process's own
 * environment when its addon is loaded; a worker thread's `process.env` is a copy and can't set it. So whoever starts workers calls this first.
 *
 * @throws VisiiError `runtime` in a worker whose main thread has not called it.
 */
export function disableTelemetry(): void {
  if (isMainThread) process.env.ORT_DISABLE_TELEMETRY = "1";
  else if (process.env.ORT_DISABLE_TELEMETRY !== "1") {
    throw new VisiiError(
      "runtime",
      "disableTelemetry() has to be called on the main thread before a worker loads the runtime.",
    );
  }
}
