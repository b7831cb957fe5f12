import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { pictureUrl } from "../api/client.ts";
import { Icon } from "../parts/icon.tsx";
import { inWords } from "../parts/time.ts";
import { Waiting } from "./result-card.tsx";
import { held, release, resultOf, retry } from "./results.ts";
import { KNOBS, type NumberName, parseValues, type Settings, spread } from "./settings.ts";
import { type Axis, across, compared, comparing, down, ready, requestFor, set, settingOf } from "./state.ts";
import "./grid.css";

/** One picture under two settings: a table, one setting along it, another down. */
export function Grid() {
  const item = compared.value;
  const section = useRef<HTMLElement>(null);
  useEffect(() => section.current?.scrollIntoView({ block: "start" }), []);
  if (!item) return null;
  const [columns, rows] = [across.value, down.value];
  const label = (axis: Axis) => KNOBS.find(({ name }) => name === axis.name)!.label;
  return (
    <section ref={section} class="compare" aria-labelledby="compare">
      <div class="bar">
        <h2 id="compare">Compare on {item.name}</h2>
        {held.value && (
          <button type="button" class="primary" onClick={release}>
            Make {held.value.count} · about {inWords(held.value.seconds)}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            comparing.value = false;
          }}
        >
          <Icon name="close" size={18} />
          Close
        </button>
      </div>
      <div class="axes">
        <AxisFields title="Across" axis={across} other={down} />
        <AxisFields title="Down" axis={down} other={across} />
      </div>
      {!ready.value && <p>Choose an edit above.</p>}
      <div class="scroll">
        <table>
          <caption class="unseen">
            {label(columns)} across, {label(rows)} down. A click uses that combination.
          </caption>
          <thead>
            <tr>
              <td />
              {columns.values.map((column) => (
                <th key={column} scope="col">
                  {label(columns)} {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.values.map((row) => (
              <tr key={row}>
                <th scope="row">
                  {label(rows)} {row}
                </th>
                {columns.values.map((column) => (
                  <Cell
                    key={column}
                    picture={item.id}
                    ratio={item.width / item.height}
                    name={`${label(columns)} ${column}, ${label(rows)} ${row}`}
                    settings={{ [rows.name]: row, [columns.name]: column }}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface CellProps {
  readonly picture: string;
  readonly ratio: number;
  readonly name: string;
  readonly settings: Settings;
}

function Cell({ picture, ratio, name, settings }: CellProps) {
  if (!ready.value) return <td class="cell" />;
  const request = requestFor(picture, settings);
  const result = resultOf(request);
  return (
    <td class="cell">
      {result.status === "done" ? (
        <button
          type="button"
          class="picture"
          title="Use these settings"
          onClick={() => {
            set(settings);
            comparing.value = false;
          }}
        >
          <img src={pictureUrl(result.picture)} alt={`Use ${name}`} style={{ aspectRatio: `${ratio}` }} />
        </button>
      ) : (
        <div class={`coming ${result.status}`} style={{ aspectRatio: `${ratio}` }}>
          <Waiting result={result} onRetry={() => retry(request)} />
        </div>
      )}
    </td>
  );
}

function AxisFields({ title, axis, other }: { title: string; axis: Signal<Axis>; other: Signal<Axis> }) {
  const { name, values } = axis.value;
  const knob = KNOBS.find((each) => each.name === name)!;
  return (
    <fieldset>
      <legend>{title}</legend>
      <select
        aria-label={`${title}: setting`}
        value={name}
        onChange={({ currentTarget }) => {
          const next = KNOBS.find((each) => each.name === (currentTarget.value as NumberName))!;
          axis.value = { name: next.name, values: spread(next, settingOf(next.name)) };
        }}
      >
        {KNOBS.map(({ name, label }) => (
          <option key={name} value={name} disabled={name === other.value.name}>
            {label}
          </option>
        ))}
      </select>
      <input
        type="text"
        inputMode="decimal"
        aria-label={`${title}: values, with spaces between them`}
        value={values.join("  ")}
        onChange={({ currentTarget }) => {
          const given = parseValues(currentTarget.value, knob);
          if (given.length > 0) axis.value = { name, values: given };
          currentTarget.value = (given.length > 0 ? given : values).join("  ");
        }}
      />
    </fieldset>
  );
}
