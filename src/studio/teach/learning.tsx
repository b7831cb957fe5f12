import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../api/client.ts";
import { Icon } from "../parts/icon.tsx";
import { inWords } from "../parts/time.ts";
import { isLearning, jobSignal, type Learning, tell } from "../state/jobs.ts";
import { standardModel } from "../state/library.ts";
import { address } from "../state/route.ts";
import { complain } from "../state/say.ts";
import { Film } from "./film.tsx";
import { Learned } from "./learned.tsx";
import { LossCurve } from "./loss-curve.tsx";
import "./learning.css";

/** One learning, from the queue to its end. */
export function LearningView({ id }: { id: string }) {
  const missing = useSignal(false);
  const job = jobSignal(id).value;
  useEffect(() => {
    missing.value = false;
    api.job(id).then(tell, () => {
      missing.value = true;
    });
  }, [id]);
  if (!isLearning(job)) {
    return (
      <div class="title">
        <h1 tabIndex={-1}>{missing.value ? "This one is not here any more" : "One moment …"}</h1>
        {missing.value && <a href={address("teach")}>Teach another</a>}
      </div>
    );
  }
  if (job.status === "done" || (job.status === "cancelled" && job.result?.instruction)) return <Learned job={job} />;
  if (job.status === "failed" || job.status === "cancelled") return <Ended job={job} />;
  return <Running job={job} />;
}

const titleOf = ({ request }: Learning) => (request.name ? `“${request.name}”` : "your edit");

function Running({ job }: { job: Learning }) {
  const stopping = useSignal(false);
  const { progress, losses = [], place, status } = job;
  const part = progress ? progress.step / progress.steps : 0;
  const every = Number(standardModel.value?.learnDefaults.checkpointEvery ?? 0);
  const best = (job.previews ?? []).some(({ step }) => step > 0);
  const stop = async () => {
    stopping.value = true;
    try {
      tell(await api.cancel(job.id));
    } catch (error) {
      stopping.value = false;
      complain(error);
    }
  };
  return (
    <section class="learning" aria-label="Learning">
      <div class="title">
        <h1 tabIndex={-1}>{status === "queued" ? `Waiting to learn ${titleOf(job)}` : `Learning ${titleOf(job)}`}</h1>
        <p class="lead">You can close this page; it goes on, and is here when you come back.</p>
      </div>
      <div class="how-far">
        <progress max={1} value={part} aria-label="How far it has learned" />
        <p class="numbers">
          <strong>{Math.round(part * 100)}%</strong>
          <span>{leftOf(job, stopping.value, place)}</span>
        </p>
        <button type="button" class="quiet" disabled={stopping.value} onClick={stop}>
          <Icon name="stop" size={18} />
          {best ? "Stop and keep the best" : "Stop"}
        </button>
      </div>
      <Film job={job} every={every} />
      <LossCurve losses={losses} previews={job.previews ?? []} steps={progress?.steps ?? 0} />
    </section>
  );
}

function leftOf({ status, progress }: Learning, stopping: boolean, place: number | null): string {
  if (stopping) return "Stopping …";
  if (status === "queued") return place ? `${place} before it` : "It is next";
  if (!progress) return "Getting ready";
  const { secondsLeft, step, steps } = progress;
  if (step === steps) return "Finishing";
  return secondsLeft === null ? `Step ${step} of ${steps}` : `${inWords(secondsLeft)} left`;
}

function Ended({ job }: { job: Learning }) {
  return (
    <div class="title">
      <h1 tabIndex={-1}>{job.status === "failed" ? "This didn't work" : "Stopped before it had learned anything"}</h1>
      {job.error && (
        <p class="lead" role="alert">
          {job.error.message}
        </p>
      )}
      <p>
        <a class="primary" href={address("teach")}>
          Teach another
        </a>
      </p>
    </div>
  );
}
