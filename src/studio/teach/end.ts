import type { Job } from "../api/client.ts";
import { isFinal, isLearning, jobSignal, tell } from "../state/jobs.ts";
import { go, route } from "../state/route.ts";
import { announce, toast } from "../state/say.ts";

/** Takes in a job; of a learning that has just ended, people are told wherever they are. */
export function tellEnd(job: Job): void {
  const before = jobSignal(job.id).peek();
  tell(job);
  if (!isLearning(job) || !before || isFinal(before) || !isFinal(job)) return;
  const name = job.request.name ? `“${job.request.name}”` : "your edit";
  const text = job.status === "done" ? `It has learned ${name}.` : `Learning ${name} has ended.`;
  if (route.value.id === job.id) announce(text);
  else toast(text, { action: { label: "Look", run: () => go("teach", job.id) } });
}
