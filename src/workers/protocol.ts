import type { PresetName } from "../core/presets.ts";
import type { EditSettings, LearnSettings } from "../core/settings.ts";
import type { LoadModelOptions } from "../index.ts";

/** How models are loaded: the part of `loadModel`'s options that can be sent to a thread. */
export type Place = Omit<LoadModelOptions, "onNotice" | "task" | "clip">;

/** An edit to be learned; pictures and checkpoint are files. */
export interface LearnTask {
  readonly model: string;
  readonly pairs: readonly { readonly before: string; readonly after: string }[];
  readonly init?: string;
  readonly preset?: PresetName;
  readonly settings: Partial<LearnSettings>;
  readonly previews: boolean;
  /** Where the state is kept on the way, and found when this has been begun before. */
  readonly checkpoint: string;
}

export type LearnEvent =
  | { readonly kind: "model"; readonly identity: Identity }
  | {
      readonly kind: "step";
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      /** Told after a trial of starts: it took no time of its own. */
      readonly tried: boolean;
    }
  | {
      readonly kind: "preview";
      readonly step: number;
      readonly validation: number;
      readonly best: boolean;
      /** A PNG; none where previews were not asked for. */
      readonly picture?: Uint8Array;
    }
  /** The state is about to be kept; it waits until whoever listens has kept what it was told, which nobody tells again to one who goes on from there. */
  | { readonly kind: "saving" }
  /** It is in the checkpoint's file now. */
  | { readonly kind: "saved" };

export interface LearnResult {
  /** The instruction's file: the best checkpoint, of all or of what there was when it was stopped; none before the first one. */
  readonly instruction?: Uint8Array;
  /** Whether it was stopped before its end. */
  readonly stopped: boolean;
}

/** A picture to be edited, by an instruction or by words; files again. */
export interface EditTask {
  readonly model: string;
  readonly picture: { readonly path: string; readonly hash: string };
  readonly instruction?: { readonly path: string; readonly name: string; readonly hash: string };
  readonly words?: string;
  readonly settings: Partial<EditSettings>;
}

export type EditEvent =
  | { readonly kind: "model"; readonly identity: Identity }
  | { readonly kind: "step"; readonly step: number; readonly steps: number };

export interface EditResult {
  /** A PNG that says how it was made. */
  readonly picture: Uint8Array;
}

/** Which weights a loaded model has. */
export interface Identity {
  readonly name: string;
  readonly version: string;
  /** Empty where nobody has read them yet. */
  readonly hash: string;
}

export interface DescribeTask {
  readonly model: string;
  readonly hashed: boolean;
}

export interface ModelDescription {
  readonly identity: Identity;
  readonly learnDefaults: LearnSettings;
  readonly editDefaults: EditSettings;
  readonly presets: readonly { readonly name: PresetName; readonly steps: number }[];
}

/** What a thread can do: by name, what it is given, tells on the way, and gives back. */
export interface Work {
  readonly learn: { task: LearnTask; event: LearnEvent; result: LearnResult };
  readonly edit: { task: EditTask; event: EditEvent; result: EditResult };
  readonly describe: { task: DescribeTask; event: never; result: ModelDescription };
}

export type WorkName = keyof Work;

/** To the thread. */
export type Request =
  | { readonly call: number; readonly name: WorkName; readonly task: Work[WorkName]["task"] }
  | { readonly call: number; readonly stop: true }
  /** Whoever listens has dealt with that event. */
  | { readonly call: number; readonly heard: number };

/** From the thread. An error without a code is a mistake of this program. */
export type Answer =
  | { readonly call: number; readonly event: Work[WorkName]["event"]; readonly number: number }
  | { readonly call: number; readonly result: Work[WorkName]["result"] }
  | { readonly call: number; readonly error: { code?: string; message: string; stack?: string } };
