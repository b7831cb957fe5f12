import { useEffect } from "preact/hooks";
import { receiveFiles } from "../parts/files.ts";
import { nameOf } from "../state/library.ts";
import { usePictures } from "./intake.ts";
import { LookStrip } from "./look-strip.tsx";
import { Panel } from "./panel.tsx";
import { Stage } from "./stage.tsx";
import { instruction, look, pictures, WORDS_ONLY } from "./state.ts";
import "./use.css";

export function UseView() {
  useEffect(() => receiveFiles(usePictures), []);
  const fresh = look.value === "" && pictures.value.length === 0;
  return (
    <div class={`use${look.value === "" ? " unchosen" : ""}`}>
      <div class="title">
        <h1 tabIndex={-1}>{fresh ? "Choose an edit, then a picture" : headline()}</h1>
        {fresh && (
          <p class="lead">Each was learned from one picture before and one after. Try one, or teach your own.</p>
        )}
      </div>
      <LookStrip />
      <div class="work">
        <div class="stage">
          <Stage />
        </div>
        {look.value !== "" && <Panel />}
      </div>
    </div>
  );
}

function headline(): string {
  if (look.value === WORDS_ONLY) return "In your words";
  return instruction.value ? nameOf(instruction.value) : "Use an edit";
}
