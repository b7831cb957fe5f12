/** The program of a worker thread: it loads models, keeps them, and does what it is told. */
import { parentPort, workerData } from "node:worker_threads";
import { isVisiiError } from "../errors.ts";
import { describe } from "./describe.ts";
import { editPicture } from "./edit.ts";
import { learnEdit } from "./learn.ts";
import { LoadedModels } from "./models.ts";
import type { Answer, DescribeTask, EditTask, LearnTask, Place, Request, Work, WorkName } from "./protocol.ts";

const port = parentPort!;
const models = new LoadedModels(workerData as Place);
const running = new Map<number, AbortController>();
/** Events that have been told, and not been dealt with yet, by their number. */
const unheard = new Map<number, () => void>();
let told = 0;
/** Learning and editing take turns: they share the loaded model. */
let last: Promise<unknown> = Promise.resolve();

port.on("message", (request: Request) => {
  if ("stop" in request) {
    running.get(request.call)?.abort();
    return;
  }
  if ("heard" in request) {
    unheard.get(request.heard)?.();
    unheard.delete(request.heard);
    return;
  }
  const controller = new AbortController();
  running.set(request.call, controller);
  const work = () => serve(request, controller.signal);
  if (request.name === "describe") void work();
  else last = last.then(work);
});

async function serve({ call, name, task }: Extract<Request, { name: WorkName }>, signal: AbortSignal): Promise<void> {
  const answer = (message: Answer) => port.postMessage(message);
  const emit = (event: Work[WorkName]["event"]) =>
    new Promise<void>((heard) => {
      const number = told++;
      unheard.set(number, heard);
      answer({ call, event, number });
    });
  try {
    answer({ call, result: await perform(name, task, emit, signal) });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    answer({ call, error: { message, ...(stack && { stack }), ...(isVisiiError(error) && { code: error.code }) } });
  } finally {
    running.delete(call);
  }
}

function perform(
  name: WorkName,
  task: Work[WorkName]["task"],
  emit: (event: Work[WorkName]["event"]) => Promise<void>,
  signal: AbortSignal,
): Promise<Work[WorkName]["result"]> {
  if (name === "learn") return learnEdit(task as LearnTask, models, emit, signal);
  if (name === "edit") return editPicture(task as EditTask, models, emit, signal);
  return describe(task as DescribeTask);
}
