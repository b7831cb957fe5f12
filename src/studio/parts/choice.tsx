import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import "./choice.css";

export interface Option<T extends string> {
  readonly value: T;
  readonly label: ComponentChildren;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly class?: string;
}

/** One of a few, all in sight: radio buttons. */
export function Choice<T extends string>({ label, options, value, onChange, class: name = "" }: ChoiceProps<T>) {
  const group = useId();
  return (
    <fieldset class={`choice ${name}`}>
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value} class={option.value === value ? "chosen" : ""}>
            <input
              class="unseen"
              type="radio"
              name={group}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
