import { Worker } from "node:worker_threads";
import { type ErrorCode, VisiiError } from "../errors.ts";
import { disableTelemetry } from "../runtime/node-telemetry.ts";
import type { Answer, Place, Request, Work, WorkName } from "./protocol.ts";

/** The thread ended, by a mistake or for want of memory, while it was at work. */
export class ThreadCrash extends Error {
  override readonly name = "ThreadCrash";
}

interface Call {
  readonly onEvent: (event: Work[WorkName]["event"]) => unknown;
  readonly done: (result: Work[WorkName]["result"]) => void;
  readonly fail: (error: Error) => void;
}

/** A worker thread, started when it is first needed, and again after it has crashed. */
export class WorkThread implements AsyncDisposable {
  private worker: Worker | undefined;
  private readonly calls = new Map<number, Call>();
  private count = 0;

  constructor(private readonly place: Place) {}

  /**
   * Has a piece of work done. It may wait until what `onEvent` returns, if that is a promise, is settled; a failure of it is for whoever made the promise.
   * When the signal fires, the thread is told to stop: learning then gives what it has, editing rejects with `VisiiError("aborted")`. Rejects with what the
   * work threw, and with {@link ThreadCrash} when the thread has ended.
   */
  call<Name extends WorkName>(
    name: Name,
    task: Work[Name]["task"],
    {
      signal,
      onEvent = () => {},
    }: { readonly signal?: AbortSignal; readonly onEvent?: (event: Work[Name]["event"]) => unknown } = {},
  ): Promise<Work[Name]["result"]> {
    const worker = this.start();
    const call = this.count++;
    const send = (request: Request) => worker.postMessage(request);
    return new Promise<Work[Name]["result"]>((done, fail) => {
      const stop = () => send({ call, stop: true });
      const end = () => {
        this.calls.delete(call);
        signal?.removeEventListener("abort", stop);
      };
      this.calls.set(call, {
        onEvent: onEvent as Call["onEvent"],
        done: (result) => {
          end();
          done(result);
        },
        fail: (error) => {
          end();
          fail(error);
        },
      });
      send({ call, name, task });
      signal?.addEventListener("abort", stop);
      if (signal?.aborted) stop();
    });
  }

  /** Ends the thread; what it was at is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    disableTelemetry(); // too late once a thread runs
    const worker = startWorker(this.place);
    this.worker = worker;
    const send = (request: Request) => worker.postMessage(request);
    worker.on("message", (answer: Answer) => this.receive(answer, send));
    worker.on("error", (error) => this.crashed(worker, error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => this.crashed(worker, `exit code ${code}`));
    return worker;
  }

  private receive(answer: Answer, send: (request: Request) => void): void {
    const call = this.calls.get(answer.call);
    if (!call) return;
    if ("event" in answer) {
      const heard = () => send({ call: answer.call, heard: answer.number });
      Promise.resolve(call.onEvent(answer.event)).then(heard, heard);
    } else if ("result" in answer) call.done(answer.result);
    else call.fail(asError(answer.error));
  }

  private crashed(worker: Worker, why: string): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    for (const { fail } of [...this.calls.values()]) fail(new ThreadCrash(why));
  }
}

function asError({ code, message, stack }: { code?: string; message: string; stack?: string }): Error {
  const error = code ? new VisiiError(code as ErrorCode, message) : new Error(message);
  if (stack) error.stack = stack;
  return error;
}

/** A checkout has sources, which a thread of Node 20 runs through tsx only if it registers it by itself; a package has built files. */
function startWorker(place: Place): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(`./worker.${isSource ? "ts" : "js"}`, import.meta.url);
  const options = { workerData: place, execArgv: [] };
  if (!isSource) return new Worker(entry, options);
  const tsx = import.meta.resolve("tsx/esm/api");
  const program = `import(${JSON.stringify(tsx)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(program, { ...options, eval: true });
}
