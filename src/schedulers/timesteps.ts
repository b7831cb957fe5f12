import { VisiiError } from "../errors.ts";
import type { SchedulerConfig } from "./config.ts";

/**
 * The timesteps of a sampling run with `steps` steps, noisiest first, as diffusers' class of this kind lays them out. With "trailing"
 * spacing diffusers makes one step too many for some numbers of steps (61, 103, …: a rounding error); here there are always `steps`.
 */
export function spreadTimesteps(config: SchedulerConfig, steps: number): Float32Array {
  const total = config.trainTimesteps;
  if (!Number.isInteger(steps) || steps < 1 || steps > total) {
    throw new VisiiError("usage", `steps: expected 1 to ${total}, got ${steps}`, { steps });
  }
  const timesteps = Float32Array.from({ length: steps }, (_, i) => timestep(config, steps, i));
  if (timesteps[0] > total - 1 && config.kind !== "euler-ancestral") {
    throw new VisiiError(
      "model",
      `steps_offset ${config.stepsOffset} leaves the ${total} timesteps with ${steps} steps`,
    );
  }
  return timesteps;
}

function timestep(config: SchedulerConfig, steps: number, i: number): number {
  const { kind, trainTimesteps: total, stepsOffset, timestepSpacing } = config;
  // DPM-Solver++ lays out one timestep more and drops the cleanest.
  const points = kind === "dpm-solver++" ? steps + 1 : steps;
  const fromClean = points - 1 - i;
  switch (timestepSpacing) {
    case "linspace": {
      if (points === 1) return 0;
      const t = i === 0 ? total - 1 : fromClean * ((total - 1) / (points - 1));
      return kind === "euler-ancestral" ? t : roundHalfToEven(t);
    }
    case "leading":
      return fromClean * Math.floor(total / points) + stepsOffset;
    case "trailing": {
      const ratio = total / steps;
      // The second point less the first, rounding included: so `np.arange` steps.
      return roundHalfToEven(total + i * (total - ratio - total)) - 1;
    }
  }
}

/** Rounds as NumPy does: halves go to the even neighbour. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
