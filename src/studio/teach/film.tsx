import { pictureUrl } from "../api/client.ts";
import type { Learning } from "../state/jobs.ts";
import "./film.css";

/** The before picture as the edit does it, at every checkpoint: frames that fill up. */
export function Film({ job, every }: { job: Learning; every: number }) {
  const previews = job.previews ?? [];
  const { before, after } = job.request.pairs[0]!;
  const steps = job.progress?.steps ?? 0;
  const bestStep = previews.findLast(({ best }) => best)?.step;
  const last = previews.at(-1)?.step ?? 0;
  const open = job.status === "running" || job.status === "queued";
  const spacing = previews.length > 1 ? previews[1]!.step - previews[0]!.step : every;
  const missing = open && spacing > 0 ? Math.min(24, Math.max(1, Math.ceil((steps - last) / spacing))) : 0;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <ol class="film" tabIndex={0} aria-label="How it has learned">
      <Frame picture={before} label="Before" />
      {previews.map(({ step, picture }) => (
        <Frame key={step} picture={picture} label={`Step ${step}`} best={step === bestStep} />
      ))}
      {Array.from({ length: missing }, (_, at) => (
        <li
          key={`open ${at}`}
          class={`frame open${at === 0 && job.status === "running" ? " next" : ""}`}
          aria-hidden="true"
        >
          <span class="face" />
          <span>{steps > 0 ? `Step ${Math.min(steps, last + spacing * (at + 1))}` : " "}</span>
        </li>
      ))}
      <Frame picture={after} label="Your after" />
    </ol>
  );
}

function Frame({ picture, label, best = false }: { picture: string | undefined; label: string; best?: boolean }) {
  return (
    <li class={`frame${best ? " best" : ""}`}>
      <span class="face">{picture && <img src={pictureUrl(picture, 256)} alt={label} />}</span>
      <span aria-hidden="true">{best ? `${label} · best` : label}</span>
      {best && <span class="unseen">the best so far</span>}
    </li>
  );
}
