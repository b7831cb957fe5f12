import { Icon } from "../parts/icon.tsx";
import { SEED } from "./settings.ts";
import { locked, rollSeed, set, settingOf } from "./state.ts";

/** The variation: a number, a dice for another, and a lock that keeps it when another edit is chosen. */
export function Seed() {
  const value = settingOf("seed");
  return (
    <div class="seed">
      <label for="seed">{SEED.label}</label>
      <div class="row">
        <input
          id="seed"
          type="number"
          inputMode="numeric"
          min={SEED.low}
          max={SEED.high}
          step={1}
          value={value}
          aria-describedby="seed-hint"
          onChange={({ currentTarget }) => {
            const given = Math.round(Number(currentTarget.value));
            if (Number.isSafeInteger(given) && given >= 0) set({ seed: given });
            currentTarget.value = String(settingOf("seed"));
          }}
        />
        <button
          type="button"
          class="quiet square"
          aria-label="Another variation"
          title="Another variation"
          onClick={rollSeed}
        >
          <Icon name="dice" />
        </button>
        <button
          type="button"
          class="quiet square"
          aria-pressed={locked.value}
          aria-label="Keep this variation when another edit is chosen"
          title={locked.value ? "Kept when another edit is chosen" : "Changes with every edit that is chosen"}
          onClick={() => {
            locked.value = !locked.value;
          }}
        >
          <Icon name={locked.value ? "lock" : "unlock"} />
        </button>
      </div>
      <p class="hint" id="seed-hint">
        {SEED.hint}
      </p>
    </div>
  );
}
