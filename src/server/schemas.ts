/** What goes over HTTP: these schemas validate it, and `/openapi.json` is made from them. */
import { z } from "@hono/zod-openapi";
import { rangeOf } from "../core/settings.ts";
import { PRESET_NAMES } from "../index.ts";

/** Denoising steps of an edit over HTTP; the library takes more. */
const MOST_EDIT_STEPS = 1000;
/** Pairs that a learning may have. */
const MOST_PAIRS = 32;

const Id = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "expected an id, of letters, digits, - and _" })
  .openapi({ description: "An opaque id", example: "mb3k1x9z-4f7a2c" });
const PictureId = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: "expected a picture's id, 64 hexadecimal digits" })
  .openapi({ description: "The sha256 of a picture's file", example: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b…" });
const Time = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
const Name = z.string().trim().min(1).max(100);
const ModelName = z.string().min(1).max(200);
const Words = z.string().max(2000);

/** A number in the range that the library has for the setting. */
function range(name: string, high = rangeOf(name).high) {
  const { low, whole } = rangeOf(name);
  const number = z.number().min(low).max(high);
  return whole ? number.int() : number;
}

function setting(name: string, high?: number) {
  return range(name, high).optional();
}

export const LearnRequest = z
  .strictObject({
    pairs: z
      .array(z.strictObject({ before: PictureId, after: PictureId }))
      .min(1)
      .max(MOST_PAIRS),
    name: Name.optional(),
    model: ModelName.optional(),
    init: Words.optional().openapi({ description: "Words to start from" }),
    preset: z.enum(PRESET_NAMES).optional(),
    steps: setting("steps"),
    lr: setting("lr"),
    seed: setting("seed"),
    tokens: setting("tokens"),
    previews: z
      .boolean()
      .optional()
      .openapi({ description: "Whether every checkpoint edits the first before picture (default true)" }),
  })
  .openapi("LearnRequest");

/** How a picture is to be edited; a PNG that visii made brings the same. */
const editSettings = {
  words: Words.optional().openapi({ description: "The instruction, or words that join the learned one" }),
  strength: setting("strength"),
  guidanceScale: setting("guidanceScale"),
  imageGuidanceScale: setting("imageGuidanceScale"),
  steps: setting("steps", MOST_EDIT_STEPS),
  seed: setting("seed"),
  noise: z.enum(["random", "fixed", "authors"]).optional(),
  model: ModelName.optional(),
};

export const EditRequest = z
  .strictObject({ picture: PictureId, instruction: Id.optional(), ...editSettings })
  .openapi("EditRequest");

export const PictureSettings = z.object({ instruction: Id.optional(), ...editSettings }).openapi("PictureSettings");

export const Picture = z
  .object({
    id: PictureId,
    width: z.int(),
    height: z.int(),
    type: z.string().openapi({ example: "image/png" }),
    bytes: z.int(),
    settings: PictureSettings.nullable().openapi({ description: "How visii made it, if it did" }),
    instruction: Id.nullable().openapi({ description: "The library's instruction that made it, or that it carries" }),
    card: z.boolean().openapi({ description: "Whether it is an edit card, which carries an instruction" }),
  })
  .openapi("Picture");

export const Instruction = z
  .object({
    id: Id,
    name: z.string(),
    model: z.object({ name: z.string(), version: z.string().optional() }),
    usable: z.boolean().openapi({ description: "Whether its model is on this machine" }),
    created: Time,
    builtIn: z.boolean(),
    words: z.string().openapi({ description: "The words that it started from, or what it does" }),
    before: PictureId.optional(),
    after: PictureId.optional(),
    steps: z.int(),
    preset: z.enum(PRESET_NAMES).optional(),
    pairs: z.int(),
  })
  .openapi("Instruction");

export const InstructionChange = z.strictObject({ name: Name }).openapi("InstructionChange");

export const JobKind = z.enum(["learn", "edit"]);
export const JobStatus = z.enum(["queued", "running", "done", "failed", "cancelled"]);

const Progress = z.object({
  step: z.int(),
  steps: z.int(),
  secondsLeft: z.number().nullable(),
  loss: z.number().optional(),
});

const Result = z.object({
  instruction: Id.optional(),
  pictures: z.array(PictureId).optional(),
  seconds: z.number(),
});

const Preview = z.object({
  step: z.int(),
  picture: PictureId.optional(),
  validation: z.number(),
  best: z.boolean(),
});

export const Job = z
  .object({
    id: Id,
    kind: JobKind,
    status: JobStatus,
    place: z.int().nullable().openapi({ description: "In the queue; 0 is next" }),
    created: Time,
    started: Time.nullable(),
    finished: Time.nullable(),
    request: z.union([LearnRequest, EditRequest]),
    progress: Progress.nullable(),
    result: Result.nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    losses: z
      .array(z.tuple([z.int(), z.number()]))
      .optional()
      .openapi({ description: "Step and loss, at most 500 of them" }),
    previews: z.array(Preview).optional(),
  })
  .openapi("Job");

export const JobQuery = z.object({
  kind: JobKind.optional(),
  status: JobStatus.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const IdempotencyKey = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, { error: "expected 1 to 200 visible ASCII characters" })
    .optional()
    .openapi({ description: "The same key gives the same job" }),
});

export const IdParam = z.object({ id: Id });
export const PictureParam = z.object({ id: PictureId });
export const PictureQuery = z.object({
  width: z
    .enum(["128", "256", "512"])
    .optional()
    .openapi({ description: "A preview at most so wide, as WebP, instead of the file" }),
});
export const NameQuery = z.object({ name: Name.optional() });

/** A model's defaults: the settings by their names. */
const Defaults = z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));

export const ModelInfo = z
  .object({
    name: z.string(),
    version: z.string(),
    resolution: z.number(),
    licence: z.string().optional(),
    default: z.boolean(),
    learnDefaults: Defaults,
    editDefaults: Defaults,
    presets: z.array(
      z.object({
        name: z.enum(PRESET_NAMES),
        steps: z.int(),
        seconds: z
          .number()
          .nullable()
          .openapi({ description: "As long as the last learning here took for so many steps" }),
      }),
    ),
  })
  .openapi("Model");

const Upload = z.instanceof(File, { message: "expected a file" }).openapi({ type: "string", format: "binary" });
const Uploads = z.union([Upload, z.array(Upload).min(1).max(16)]);

/** A form's number, which comes as text. */
function field(schema: z.ZodType<number, number>) {
  return z
    .string()
    .transform((text) => (text.trim() === "" ? Number.NaN : Number(text)))
    .pipe(schema)
    .optional();
}

/** What OpenAI's clients send to edit pictures; of their options that mean nothing here, those that change no picture are not looked at. */
export const ImagesEditForm = z
  .object({
    image: Uploads.optional(),
    "image[]": Uploads.optional(),
    prompt: Words.default("").openapi({
      description: "The instruction in words; where `model` is an instruction, words that join it",
    }),
    model: ModelName.optional().openapi({
      description: "A model, or an instruction of the library, by its name or id",
    }),
    n: field(z.number().int().min(1).max(10)).openapi({
      description: "Results for each picture (default 1), by seeds that follow one another",
    }),
    size: z
      .string()
      .regex(/^(?:auto|[1-9]\d{1,3}x[1-9]\d{1,3})$/, { error: "expected auto or WIDTHxHEIGHT" })
      .optional()
      .openapi({
        description:
          "WIDTHxHEIGHT, 16 to 2048: scaled, and cut at the longer side; auto (default) is the picture's own",
        example: "512x512",
      }),
    response_format: z.enum(["b64_json", "url"]).optional(),
    output_format: z.enum(["png", "jpeg", "webp"]).optional(),
    seed: field(range("seed")),
    strength: field(range("strength")),
    steps: field(range("steps", MOST_EDIT_STEPS)),
    mask: z
      .never({ message: "a mask is not supported here: the whole picture is edited" })
      .openapi({ type: "null", description: "Not supported" })
      .optional(),
    stream: z.literal("false", { message: "streaming is not supported here" }).optional(),
  })
  .openapi("ImagesEditForm");

export const ImagesEdited = z
  .object({
    created: z.int(),
    data: z.array(z.object({ b64_json: z.string().optional(), url: z.string().optional() })),
  })
  .openapi("ImagesEdited");

export const OpenAiModels = z.object({
  object: z.literal("list"),
  data: z.array(
    z.object({
      id: z.string(),
      object: z.literal("model"),
      created: z.int(),
      owned_by: z.string(),
      name: z.string().openapi({ description: "As people call it" }),
    }),
  ),
});

export const Failure = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
    }),
  })
  .openapi("Error");

export type LearnRequest = z.infer<typeof LearnRequest>;
export type EditRequest = z.infer<typeof EditRequest>;
export type PictureSettings = z.infer<typeof PictureSettings>;
export type Picture = z.infer<typeof Picture>;
export type Instruction = z.infer<typeof Instruction>;
export type Job = z.infer<typeof Job>;
export type JobKind = z.infer<typeof JobKind>;
export type JobStatus = z.infer<typeof JobStatus>;
export type Preview = z.infer<typeof Preview>;
export type ModelInfo = z.infer<typeof ModelInfo>;
export type ImagesEditForm = z.infer<typeof ImagesEditForm>;
export type Failure = z.infer<typeof Failure>;
