import type { EditRequest } from "../api/client.ts";
import { pictureUrl } from "../api/client.ts";
import { Icon } from "../parts/icon.tsx";
import { inWords } from "../parts/time.ts";
import { Wipe } from "../parts/wipe.tsx";
import type { Item } from "../state/intake.ts";
import { resultName, save } from "./download.ts";
import { type Result, resultOf, retry } from "./results.ts";
import { compare, lookName, ready, removePicture, requestFor } from "./state.ts";

/** One picture and what has become of it. */
export function ResultCard({ item }: { item: Item }) {
  const request = requestFor(item.id);
  const result: Result = ready.value ? resultOf(request) : { status: "idle" };
  const label = `${item.name}, ${lookName.value}`;
  const done = result.status === "done";
  return (
    <li class="result">
      {done ? (
        <Wipe
          key={result.picture}
          before={item.id}
          after={result.picture}
          label={item.name}
          ratio={item.width / item.height}
        />
      ) : (
        <Coming item={item} result={result} request={request} />
      )}
      <div class="under">
        <span class="file" title={item.name}>
          {item.name}
        </span>
        <button
          type="button"
          class="bare"
          aria-label={`Compare settings on ${item.name}`}
          title="Compare settings"
          onClick={() => compare(item.id)}
        >
          <Icon name="grid" />
        </button>
        <button
          type="button"
          class="bare"
          disabled={!done}
          aria-label={`Download ${label}`}
          title="Download"
          onClick={() => done && save({ picture: result.picture, name: resultName(item.name, lookName.value) })}
        >
          <Icon name="download" />
        </button>
        <button
          type="button"
          class="bare"
          aria-label={`Remove ${item.name}`}
          title="Remove"
          onClick={() => removePicture(item.id)}
        >
          <Icon name="close" />
        </button>
      </div>
    </li>
  );
}

/** The picture while its result is on the way. */
function Coming({ item, result, request }: { item: Item; result: Result; request: EditRequest }) {
  return (
    <div class={`coming ${result.status}`} style={{ aspectRatio: `${item.width / item.height}` }}>
      <img src={pictureUrl(item.id)} alt={`${item.name}, before`} draggable={false} />
      <Waiting result={result} onRetry={() => retry(request)} />
    </div>
  );
}

/** How far a result is, over whatever is shown instead of it. */
export function Waiting({ result, onRetry }: { result: Result; onRetry: () => void }) {
  if (result.status === "failed") {
    return (
      <div class="state bad">
        <p>{result.message}</p>
        <button type="button" class="quiet" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  }
  if (result.status !== "waiting") return null;
  const { progress, status, place } = result.job ?? {};
  const part = progress ? progress.step / progress.steps : 0;
  const left = progress?.secondsLeft;
  return (
    <div class="state">
      <progress max={1} value={part} aria-label="How far" />
      <span>
        {status === "queued" && place ? `${place} before it` : left ? `${inWords(left)} left` : "Working on it"}
      </span>
    </div>
  );
}
