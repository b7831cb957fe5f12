import { useSignal, useSignalEffect } from "@preact/signals";
import { Choice } from "../parts/choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { Slider } from "../parts/slider.tsx";
import { Seed } from "./seed.tsx";
import { SLIDERS, standardOf } from "./settings.ts";
import { look, model, resetSettings, set, settingOf, settings, WORDS_ONLY, words } from "./state.ts";
import "./panel.css";

/** All that can be set: beside the pictures, or, on a phone, a sheet that is pulled up from the lower edge, so that the picture stays in sight. */
export function Panel() {
  const open = useSignal(false);
  useSignalEffect(() => {
    if (look.value === WORDS_ONLY) open.value = true; // nothing happens before something is said
  });
  const changed = Object.keys(settings.value).length > 0 || words.value.trim() !== "";
  return (
    <aside class={`panel${open.value ? " open" : ""}`} aria-label="Settings">
      <button
        type="button"
        class="pull"
        aria-expanded={open.value}
        aria-controls="settings"
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <Icon name="sliders" />
        Words and settings
        {changed && <span class="dot" title="Something is set" />}
      </button>
      <div class="inside" id="settings">
        <Words />
        <Knobs />
      </div>
    </aside>
  );
}

function Words() {
  const alone = look.value === WORDS_ONLY;
  return (
    <label class="words">
      <span class="name">{alone ? "What should be done?" : "Add words"}</span>
      <textarea
        rows={2}
        maxLength={2000}
        placeholder={alone ? "make it a sepia photo" : "if you like: in the snow"}
        value={words.value}
        onInput={({ currentTarget }) => {
          words.value = currentTarget.value;
        }}
      />
    </label>
  );
}

function Knobs() {
  const alone = look.value === WORDS_ONLY;
  const changed = Object.keys(settings.value).length > 0;
  return (
    <>
      {SLIDERS.map((knob) => {
        if (alone && knob.name === "strength") return null;
        return (
          <Slider
            key={knob.name}
            {...knob}
            value={settingOf(knob.name)}
            standard={standardOf(model.value, knob.name)}
            onChange={(value) => set({ [knob.name]: value })}
          />
        );
      })}
      <Seed />
      {!alone && (
        <Choice
          label="Grain"
          value={settings.value.noise ?? "random"}
          onChange={(noise) => set({ noise })}
          options={[
            { value: "random", label: "Fresh" },
            { value: "fixed", label: "As it was learned" },
          ]}
        />
      )}
      <button type="button" class="quiet" disabled={!changed} onClick={resetSettings}>
        <Icon name="reset" size={18} />
        Back to the usual
      </button>
    </>
  );
}
