import { VisiiError } from "../errors.ts";

/** The samplers that exist here; each follows one class of diffusers. */
export type SchedulerKind = "ddpm" | "ddim" | "euler-ancestral" | "dpm-solver++";
/** What the UNet predicts: the noise ε, or the velocity v = α·ε − σ·x₀. */
export type PredictionType = "epsilon" | "v_prediction";
/** How the steps are spread over the training timesteps (Table 2 of arXiv 2305.08891). */
export type TimestepSpacing = "linspace" | "leading" | "trailing";

/** A `scheduler_config.json`, checked, with the defaults of its class filled in. */
export interface SchedulerConfig {
  readonly kind: SchedulerKind;
  /** T, the number of timesteps that the model was trained with. */
  readonly trainTimesteps: number;
  readonly betaStart: number;
  readonly betaEnd: number;
  readonly betaSchedule: "linear" | "scaled_linear";
  readonly predictionType: PredictionType;
  readonly timestepSpacing: TimestepSpacing;
  /** Added to every timestep of "leading" spacing. */
  readonly stepsOffset: number;
  /** DDIM: the last step arrives at ᾱ = 1; otherwise at ᾱ of timestep 0. */
  readonly setAlphaToOne: boolean;
  /** DDIM, DDPM: x₀ is clipped to ± this, in latent units; null for no clipping. */
  readonly clipRange: number | null;
}

const KINDS: Readonly<Record<string, SchedulerKind>> = {
  DDPMScheduler: "ddpm",
  DDIMScheduler: "ddim",
  EulerAncestralDiscreteScheduler: "euler-ancestral",
  DPMSolverMultistepScheduler: "dpm-solver++",
};

/** Options of which one value (the first: diffusers' default) or a few are supported, by the class that reads them. */
const FIXED: ReadonlyArray<
  readonly [name: string, kinds: readonly SchedulerKind[] | "all", allowed: readonly unknown[]]
> = [
  ["trained_betas", "all", [null]],
  ["rescale_betas_zero_snr", "all", [false]],
  ["thresholding", ["ddpm", "ddim", "dpm-solver++"], [false]],
  ["variance_type", ["ddpm"], ["fixed_small"]],
  ["variance_type", ["dpm-solver++"], [null]],
  ["solver_order", ["dpm-solver++"], [2]],
  ["algorithm_type", ["dpm-solver++"], ["dpmsolver++"]],
  ["solver_type", ["dpm-solver++"], ["midpoint"]],
  ["use_karras_sigmas", ["dpm-solver++"], [false, null]],
  ["use_exponential_sigmas", ["dpm-solver++"], [false, null]],
  ["use_beta_sigmas", ["dpm-solver++"], [false, null]],
  ["use_lu_lambdas", ["dpm-solver++"], [false, null]],
  ["use_flow_sigmas", ["dpm-solver++"], [false, null]],
  ["use_dynamic_shifting", ["dpm-solver++"], [false]],
  ["final_sigmas_type", ["dpm-solver++"], ["zero"]],
  ["lambda_min_clipped", ["dpm-solver++"], [Number.NEGATIVE_INFINITY, null]],
];

/** Options that change nothing while those above have their supported values, or that only other classes read. */
const WITHOUT_EFFECT = [
  "dynamic_thresholding_ratio",
  "sample_max_value",
  "flow_shift",
  "time_shift_type",
  "skip_prk_steps",
  "interpolation_type",
  "sigma_min",
  "sigma_max",
  "timestep_type",
  "lower_order_final", // the last step of second order arrives at sigma = 0 and is of first order anyway
  "euler_at_final",
];

const READ_BELOW = [
  "num_train_timesteps",
  "beta_start",
  "beta_end",
  "beta_schedule",
  "prediction_type",
  "timestep_spacing",
  "steps_offset",
  "set_alpha_to_one",
  "clip_sample",
  "clip_sample_range",
];

const KNOWN = new Set([...FIXED.map(([name]) => name), ...WITHOUT_EFFECT, ...READ_BELOW]);

/**
 * Reads the object of a diffusers `scheduler_config.json`.
 *
 * @param kind Takes another sampler than the file names, with the file's noise schedule: diffusers' `OtherScheduler.from_config(…)`.
 * @throws {VisiiError} `model`, naming the option, when the class or a value is not supported here.
 */
export function parseSchedulerConfig(json: unknown, kind?: SchedulerKind): SchedulerConfig {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw refusal("expected a JSON object", {});
  const options = new Map(Object.entries(json));
  const sampler = kind ?? kindOf(options.get("_class_name"));
  for (const name of options.keys()) {
    if (!name.startsWith("_") && !KNOWN.has(name)) throw refusal(`unknown option ${name}`, { name });
  }
  for (const [name, kinds, allowed] of FIXED) {
    if (kinds !== "all" && !kinds.includes(sampler)) continue;
    choice(options, name, allowed, allowed[0]);
  }

  const clips = (sampler === "ddpm" || sampler === "ddim") && choice(options, "clip_sample", [true, false], true);
  const spacing: TimestepSpacing = sampler === "ddpm" || sampler === "ddim" ? "leading" : "linspace";
  return {
    kind: sampler,
    trainTimesteps: number(options, "num_train_timesteps", 1000, (n) => Number.isInteger(n) && n >= 2),
    betaStart: number(options, "beta_start", 0.0001, (n) => n > 0 && n < 1),
    betaEnd: number(options, "beta_end", 0.02, (n) => n > 0 && n < 1),
    betaSchedule: choice(options, "beta_schedule", ["linear", "scaled_linear"], "linear"),
    predictionType: choice(options, "prediction_type", ["epsilon", "v_prediction"], "epsilon"),
    timestepSpacing: choice(options, "timestep_spacing", ["linspace", "leading", "trailing"], spacing),
    stepsOffset: number(options, "steps_offset", 0, (n) => Number.isInteger(n) && n >= 0),
    setAlphaToOne: choice(options, "set_alpha_to_one", [true, false], true),
    clipRange: clips ? number(options, "clip_sample_range", 1, (n) => n > 0) : null,
  };
}

function kindOf(name: unknown): SchedulerKind {
  const kind = typeof name === "string" && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined) {
    throw refusal(`_class_name ${JSON.stringify(name)} is not one of ${Object.keys(KINDS).join(", ")}`, { name });
  }
  return kind;
}

function choice<T>(options: ReadonlyMap<string, unknown>, name: string, allowed: readonly T[], fallback: T): T {
  if (!options.has(name)) return fallback;
  const value = options.get(name);
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) {
    throw refusal(`${name} ${JSON.stringify(value)} is not supported, only ${allowed.map(String).join(", ")}`, {
      name,
      value,
    });
  }
  return found;
}

function number(
  options: ReadonlyMap<string, unknown>,
  name: string,
  fallback: number,
  fits: (value: number) => boolean,
): number {
  const value = options.has(name) ? options.get(name) : fallback;
  if (typeof value !== "number" || !Number.isFinite(value) || !fits(value)) {
    throw refusal(`${name} ${JSON.stringify(value)} is not supported`, { name, value });
  }
  return value;
}

function refusal(what: string, data: Record<string, unknown>): VisiiError {
  return new VisiiError("model", `scheduler config: ${what}`, data);
}
