import { useSignal } from "@preact/signals";
import { examplePictures } from "../examples.ts";
import { DropZone, PICTURES } from "../parts/drop-zone.tsx";
import { Icon } from "../parts/icon.tsx";
import { inWords } from "../parts/time.ts";
import { takeExample } from "../state/intake.ts";
import { complain } from "../state/say.ts";
import { resultName, saveAll } from "./download.ts";
import { Grid } from "./grid.tsx";
import { usePictures } from "./intake.ts";
import { ResultCard } from "./result-card.tsx";
import { held, progress, release, resultOf } from "./results.ts";
import { addPictures, comparing, look, lookName, pictures, ready, requestFor, WORDS_ONLY } from "./state.ts";
import "./stage.css";

/** Where pictures and results are. */
export function Stage() {
  if (comparing.value && pictures.value.length > 0) return <Grid />;
  const count = pictures.value.length;
  if (count === 0) return <Empty />;
  return (
    <>
      <Bar />
      <ul class={`results${count === 1 ? " single" : ""}`}>
        {pictures.value.map((item) => (
          <ResultCard key={item.id} item={item} />
        ))}
        <li class="result more">
          <DropZone label="Add pictures" multiple accept={ACCEPT} onFiles={usePictures}>
            <Icon name="plus" size={26} />
            <span>More pictures</span>
          </DropZone>
        </li>
      </ul>
    </>
  );
}

const ACCEPT = `${PICTURES},.safetensors`;

function Empty() {
  return (
    <div class="empty">
      <DropZone class="large" label="Add pictures" multiple accept={ACCEPT} onFiles={usePictures}>
        <Icon name="picture" size={44} />
        <strong>Drop your pictures here</strong>
        <span>or click to choose them; you can also paste one</span>
      </DropZone>
      <Examples />
    </div>
  );
}

function Examples() {
  const taking = useSignal("");
  const take = async (example: (typeof examplePictures)[number]) => {
    taking.value = example.name;
    try {
      addPictures([await takeExample(example)]);
    } catch (error) {
      complain(error);
    } finally {
      taking.value = "";
    }
  };
  return (
    <section class="examples" aria-labelledby="examples">
      <h2 id="examples">Nothing at hand? Try one of these</h2>
      <ul>
        {examplePictures.map((example) => (
          <li key={example.name}>
            <button type="button" class="picture" disabled={taking.value !== ""} onClick={() => take(example)}>
              <img src={example.url} alt={`Example: ${example.name.replace(/\..*/, "")}`} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What there is to do with all results. */
function Bar() {
  const { done, of } = progress.value;
  const results = pictures.value.flatMap(({ id, name }) => {
    const result = ready.value ? resultOf(requestFor(id)) : undefined;
    return result?.status === "done" ? [{ picture: result.picture, name: resultName(name, lookName.value) }] : [];
  });
  return (
    <div class="bar">
      <p>{sentence(done, of)}</p>
      {held.value && (
        <button type="button" class="primary" onClick={release}>
          {held.value.count === 1 ? "Make it" : `Make all ${held.value.count}`} · about {inWords(held.value.seconds)}
        </button>
      )}
      {pictures.value.length > 1 && (
        <>
          <button
            type="button"
            class="quiet"
            disabled={results.length === 0}
            onClick={() => saveAll(results, "visii.zip").catch(complain)}
          >
            <Icon name="download" size={18} />
            Download all
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              pictures.value = [];
            }}
          >
            Clear
          </button>
        </>
      )}
    </div>
  );
}

function sentence(done: number, of: number): string {
  if (!ready.value) return look.value === WORDS_ONLY ? "Say what is to be done to them." : "Now choose an edit above.";
  if (done < of) return of === 1 ? "One moment …" : `${done} of ${of} are ready`;
  return of === 1 ? "Drag the line to compare." : `All ${of} are ready. Drag a line to compare.`;
}
