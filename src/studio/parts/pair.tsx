import { type Instruction, pictureUrl } from "../api/client.ts";
import { Icon } from "./icon.tsx";
import "./pair.css";

/** What an instruction was shown: before → after. One that brings no pictures shows its words. */
export function PairPicture({ of, width = 256 }: { of: Instruction; width?: 128 | 256 | 512 }) {
  const { before, after, words, name } = of;
  if (before === undefined || after === undefined) {
    return (
      <div class="pair none" aria-hidden="true">
        {words || name}
      </div>
    );
  }
  return (
    <div class="pair">
      <img src={pictureUrl(before, width)} alt="Before" loading="lazy" draggable={false} />
      <img src={pictureUrl(after, width)} alt="After" loading="lazy" draggable={false} />
      <span class="to">
        <Icon name="arrow" size={16} />
      </span>
    </div>
  );
}
