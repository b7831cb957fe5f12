import { useSignal } from "@preact/signals";
import { api } from "../api/client.ts";
import { Choice, type Option } from "../parts/choice.tsx";
import { inWords } from "../parts/time.ts";
import { tell } from "../state/jobs.ts";
import { standardModel } from "../state/library.ts";
import { go } from "../state/route.ts";
import { complain } from "../state/say.ts";
import { teachExample } from "./intake.ts";
import { Pairs } from "./pairs.tsx";
import { blank, clearDrafts, complete, learnRequest, name, type Preset, preset, presets, start } from "./state.ts";

const PRESETS: readonly { readonly value: Preset | ""; readonly label: string }[] = [
  { value: "quick", label: "Quick" },
  { value: "", label: "Usual" },
  { value: "balanced", label: "Careful" },
  { value: "paper", label: "Patient" },
];

/** The pictures that show an edit, and all that can be said about it. */
export function Lesson() {
  const sending = useSignal(false);
  const teach = async () => {
    sending.value = true;
    try {
      const job = await api.learn(learnRequest(), `studio-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`);
      tell(job);
      clearDrafts();
      go("teach", job.id);
    } catch (error) {
      complain(error);
    } finally {
      sending.value = false;
    }
  };
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Show it what you mean</h1>
        <p class="lead">One picture before your edit, one after. visii learns what happened in between.</p>
      </div>
      <form
        class="lesson"
        onSubmit={(event) => {
          event.preventDefault();
          void teach();
        }}
      >
        <Pairs />
        {blank.value ? (
          <div class="or">
            <button type="button" class="quiet" onClick={teachExample}>
              Try it with an example
            </button>
            <Advice />
          </div>
        ) : (
          <div class="said">
            <label>
              <span class="name">Name</span>
              <input
                type="text"
                maxLength={100}
                placeholder="My soft pastel"
                value={name.value}
                onInput={({ currentTarget }) => {
                  name.value = currentTarget.value;
                }}
              />
            </label>
            <label>
              <span class="name">
                In words <small>optional</small>
              </span>
              <input
                type="text"
                maxLength={2000}
                placeholder="make the colours pastel"
                aria-describedby="start-hint"
                value={start.value}
                onInput={({ currentTarget }) => {
                  start.value = currentTarget.value;
                }}
              />
              <span class="hint" id="start-hint">
                If you can say what you did, learning starts from there.
              </span>
            </label>
            <Choice
              class="effort"
              label="How much time may it take?"
              value={preset.value}
              options={PRESETS.map(withTime)}
              onChange={(value) => {
                preset.value = value;
              }}
            />
            <div class="actions">
              <button type="submit" class="primary large" disabled={complete.value.length === 0 || sending.value}>
                Teach it
              </button>
              {complete.value.length === 0 && <span class="hint">It needs a picture on both sides.</span>}
            </div>
          </div>
        )}
      </form>
    </>
  );
}

/** A choice with the time that it takes on this computer, or the steps where nobody knows yet. */
function withTime({ value, label }: (typeof PRESETS)[number]): Option<Preset | ""> {
  const known = presets.value.find((each) => each.name === value);
  const usual = Number(standardModel.value?.learnDefaults.steps ?? 0);
  const steps = known?.steps ?? usual;
  const pace = presets.value.find(({ seconds }) => seconds !== null);
  const seconds = pace ? (pace.seconds! / pace.steps) * steps : undefined;
  const note = seconds === undefined ? `${steps} steps` : `about ${inWords(seconds)}`;
  return {
    value,
    label: (
      <>
        {label}
        <small>{note}</small>
      </>
    ),
  };
}

function Advice() {
  return (
    <ul class="advice">
      <li>
        <h2>The same picture, twice</h2>
        <p>Both should have the same cut, so that nothing but your edit is different.</p>
      </li>
      <li>
        <h2>Drop both at once</h2>
        <p>Names like cat-before and cat-after, or 1_0 and 1_1, say which is which.</p>
      </li>
      <li>
        <h2>More pairs, clearer meaning</h2>
        <p>One is enough. Two or three with the same edit show better what you mean.</p>
      </li>
    </ul>
  );
}
