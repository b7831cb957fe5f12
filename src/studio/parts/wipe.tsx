import { useSignal } from "@preact/signals";
import type { TargetedKeyboardEvent, TargetedPointerEvent } from "preact";
import { pictureUrl } from "../api/client.ts";
import "./wipe.css";

interface WipeProps {
  readonly before: string;
  readonly after: string;
  /** What is seen, for those who don't see it. */
  readonly label: string;
  /** Width : height. */
  readonly ratio?: number;
}

/** How far a key moves the divider, in percent; with Shift, further. */
const [STEP, STRIDE] = [2, 10];

/**
 * Two pictures one over the other, with a divider that is dragged: left of it is before, right of it after. Keys: arrows, Home and End; 1 shows before,
 * 2 both, 3 after.
 */
export function Wipe({ before, after, label, ratio = 1 }: WipeProps) {
  const at = useSignal(50);
  const moved = useSignal(false);
  const place = (percent: number) => {
    at.value = Math.min(100, Math.max(0, percent));
    moved.value = true;
  };

  const follow = (event: TargetedPointerEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    place(((event.clientX - left) / width) * 100);
  };
  const grab = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    follow(event);
  };
  const drag = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
  };

  const press = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const step = event.shiftKey ? STRIDE : STEP;
    const places: Record<string, number> = {
      ArrowLeft: at.value - step,
      ArrowDown: at.value - step,
      ArrowRight: at.value + step,
      ArrowUp: at.value + step,
      PageUp: at.value + STRIDE,
      PageDown: at.value - STRIDE,
      Home: 0,
      End: 100,
      "1": 100,
      "2": 50,
      "3": 0,
    };
    const next = places[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    place(next);
  };

  const percent = Math.round(at.value);
  return (
    <div
      class={`wipe${moved.value ? " moved" : ""}`}
      style={{ "--at": `${at.value}%`, aspectRatio: `${ratio}` }}
      onPointerDown={grab}
      onPointerMove={drag}
    >
      <img class="back" src={pictureUrl(after)} alt={`${label}, after`} draggable={false} />
      <img class="front" src={pictureUrl(before)} alt={`${label}, before`} draggable={false} />
      <span class={`tag left${at.value < 16 ? " gone" : ""}`} aria-hidden="true">
        Before
      </span>
      <span class={`tag right${at.value > 84 ? " gone" : ""}`} aria-hidden="true">
        After
      </span>
      <div
        class="divider"
        role="slider"
        tabIndex={0}
        aria-label={`${label}: before and after`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={
          percent === 100 ? "before" : percent === 0 ? "after" : `${percent}% before, ${100 - percent}% after`
        }
        aria-keyshortcuts="1 2 3"
        onKeyDown={press}
      >
        <span class="grip" aria-hidden="true">
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M7.5 6L3.5 10l4 4M12.5 6l4 4-4 4" />
          </svg>
        </span>
      </div>
    </div>
  );
}
