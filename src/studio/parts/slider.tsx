import { useId } from "preact/hooks";
import "./slider.css";

interface SliderProps {
  readonly label: string;
  readonly hint: string;
  /** Ends of the slider; the box beside it takes all that `low` and `high` allow. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly standard: number;
  readonly onChange: (value: number) => void;
}

/** A number by sliding or by typing. */
export function Slider({ label, hint, min, max, step, low, high, value, standard, onChange }: SliderProps) {
  const id = useId();
  const filled = ((Math.min(max, Math.max(min, value)) - min) / (max - min)) * 100;
  const take = (text: string) => {
    const given = Number(text);
    if (text.trim() === "" || !Number.isFinite(given)) return;
    const whole = Number.isInteger(step) ? Math.round(given) : given;
    onChange(Math.min(high, Math.max(low, whole)));
  };
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <input
        class="number"
        type="number"
        inputMode="decimal"
        aria-label={`${label}, as a number`}
        min={low}
        max={high}
        step="any"
        value={value}
        onChange={({ currentTarget }) => {
          take(currentTarget.value);
          currentTarget.value = String(value);
        }}
      />
      <input
        id={id}
        type="range"
        aria-describedby={`${id}-hint`}
        style={{ "--filled": `${filled}%` }}
        min={min}
        max={max}
        step={step}
        value={value}
        onInput={({ currentTarget }) => take(currentTarget.value)}
        onDblClick={() => onChange(standard)}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
