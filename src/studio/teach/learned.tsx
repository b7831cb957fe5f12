import { useSignal } from "@preact/signals";
import { api } from "../api/client.ts";
import { inWords } from "../parts/time.ts";
import { Wipe } from "../parts/wipe.tsx";
import type { Learning } from "../state/jobs.ts";
import { instructionOf, loadLibrary, nameOf, standardModel } from "../state/library.ts";
import { address } from "../state/route.ts";
import { complain, toast } from "../state/say.ts";
import { chooseLook } from "../use/state.ts";
import { Film } from "./film.tsx";
import { LossCurve } from "./loss-curve.tsx";

/** What was learned, and what to do with it now. */
export function Learned({ job }: { job: Learning }) {
  const id = job.result?.instruction;
  const instruction = instructionOf(id);
  const best = (job.previews ?? []).findLast(({ best, picture }) => best && picture);
  const { before, after } = job.request.pairs[0]!;
  const name = instruction ? nameOf(instruction) : (job.request.name ?? "your edit");
  const early = job.status === "cancelled";
  const every = Number(standardModel.value?.learnDefaults.checkpointEvery ?? 0);
  return (
    <section class="learned">
      <div class="title">
        <h1 tabIndex={-1}>{early ? `Stopped: “${name}” keeps the best so far` : `It has learned “${name}”`}</h1>
        {job.result && <p class="lead">In {inWords(job.result.seconds)}. It is in your library now.</p>}
      </div>
      <div class="outcome">
        <Wipe before={before} after={best?.picture ?? after} label="The picture that it learned from" />
        <div class="next">
          {id !== undefined && (
            <>
              <a class="primary large" href={address("use")} onClick={() => chooseLook(id)}>
                Use it on your pictures
              </a>
              {instruction && <Rename key={instruction.name} id={id} name={instruction.name} />}
            </>
          )}
          <a class="quiet" href={address("teach")}>
            Teach another
          </a>
        </div>
      </div>
      <Film job={job} every={every} />
      <LossCurve losses={job.losses ?? []} previews={job.previews ?? []} steps={job.progress?.steps ?? 0} />
    </section>
  );
}

function Rename({ id, name }: { id: string; name: string }) {
  const text = useSignal(name);
  const save = async () => {
    const next = text.value.trim();
    if (next === "" || next === name) return;
    try {
      await api.rename(id, next);
      await loadLibrary();
      toast(`It is called “${next}” now.`);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label>
        <span class="name">Name</span>
        <input
          type="text"
          maxLength={100}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class="quiet" disabled={text.value.trim() === "" || text.value.trim() === name}>
        Rename
      </button>
    </form>
  );
}
