export {
  type PredictionType,
  parseSchedulerConfig,
  type SchedulerConfig,
  type SchedulerKind,
  type TimestepSpacing,
} from "./config.ts";
export { createScheduler, type SchedulerOptions, startStepFor } from "./create.ts";
export { type NoiseLevel, NoiseSchedule } from "./noise_schedule.ts";
export type { Scheduler } from "./scheduler.ts";
