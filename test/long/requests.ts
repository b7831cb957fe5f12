/** Requests made from the server's own description of itself: right ones, and ones that are wrong in every way that a schema can be missed. */
import fc from "fast-check";

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly not?: unknown;
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | FormData | undefined;
}

/** What people try on servers. */
const hostileText = fc.oneof(
  fc.constantFrom(
    "../../../../etc/passwd",
    "..%2f..%2fsecret.txt",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "file:///etc/passwd",
    "http://169.254.169.254/",
    "__proto__",
    "constructor",
    "\u0000",
    "",
    " ",
    "'; DROP TABLE jobs; --",
    "<script>alert(1)</script>",
    "%00",
    "\ud800",
    "-1",
    "NaN",
    "1e309",
    "x".repeat(5000),
  ),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, true, [], {}, -1, 0.5, 1e308, Number.MAX_SAFE_INTEGER + 1, [[[[[[]]]]]], {
    $ref: "#",
  }),
);

/** `known` has values that exist, by the pattern that they match. */
export function anyOf(schema: Schema, all: Description, known: readonly string[]): fc.Arbitrary<unknown> {
  const inner = (part: Schema) => anyOf(part, all, known);
  if (schema.$ref) return inner(all.components.schemas[schema.$ref.split("/").at(-1)!]!);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(inner));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "string") return text(schema, known);
  if (type === "integer")
    return fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 100, 2 ** 31 - 1) });
  if (type === "number") return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 100, noNaN: true });
  if (type === "boolean") return fc.boolean();
  if (type === "array") {
    if (!schema.items) return fc.constant([]);
    return fc.array(inner(schema.items), {
      minLength: schema.minItems ?? 0,
      maxLength: Math.min(schema.maxItems ?? 3, 3),
    });
  }
  // Few steps, so that what is accepted is soon done.
  const few = (name: string, part: Schema) =>
    name === "steps" && part.type === "integer" ? { ...part, maximum: 5 } : part;
  const properties = Object.entries(schema.properties ?? {});
  const shape = Object.fromEntries(properties.map(([name, part]) => [name, inner(few(name, part))]));
  return fc.record(shape, { requiredKeys: [...(schema.required ?? [])] });
}

function text({ pattern, minLength = 0, maxLength = 30 }: Schema, known: readonly string[]): fc.Arbitrary<string> {
  if (!pattern) return fc.string({ minLength, maxLength: Math.min(maxLength, 30) });
  const fitting = known.filter((value) => new RegExp(pattern).test(value));
  const any = fc.stringMatching(new RegExp(pattern), { maxLength: 80 });
  return fitting.length > 0 ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...fitting) }, any) : any;
}

/** A value that fits, spoiled in one place; sometimes not at all. */
function spoiled(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const change = fc.tuple(
    value,
    fc.nat(),
    hostile,
    fc.constantFrom("replace", "remove", "add", "nothing", "whole"),
    hostileText,
  );
  return change.map(([good, at, bad, way, key]) => {
    if (way === "whole") return bad;
    if (way === "nothing" || typeof good !== "object" || good === null) return good;
    const names = Object.keys(good);
    const copy = structuredClone(good) as Record<string, unknown>;
    const name = names[at % Math.max(1, names.length)];
    if (way === "add" || name === undefined) copy[key] = bad;
    else if (way === "remove") delete copy[name];
    else copy[name] = bad;
    return copy;
  });
}

/** A file with some bytes changed, or cut short; or no such file at all. */
function spoiledFile(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 30 });
  const changed = fc.tuple(fc.constantFrom(...files), changes, fc.nat(), fc.boolean()).map(([file, list, end, cut]) => {
    const copy = file.slice(0, cut ? end % file.length : file.length);
    for (const [at, byte] of list) if (copy.length > 0) copy[at % Math.min(copy.length, 2000)] = byte;
    return copy;
  });
  return fc.oneof({ weight: 4, arbitrary: changed }, fc.uint8Array({ maxLength: 200 }), fc.constant(new Uint8Array(0)));
}

/** A well-formed header value. */
const headerText = fc.string({ maxLength: 60 }).map((value) => value.replace(/[^\x20-\x7e]/g, "?"));

/** Any request to any operation of the description. */
export function requestTo(
  all: Description,
  known: readonly string[],
  files: readonly Uint8Array[],
): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(all.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(() => !path.endsWith("/events")) // those stay open
      .map(([method, operation]) => requestOf(method.toUpperCase(), path, operation, all, known, files)),
  );
  return fc.oneof(...operations);
}

function requestOf(
  method: string,
  path: string,
  { parameters = [], requestBody }: Operation,
  all: Description,
  known: readonly string[],
  files: readonly Uint8Array[],
): fc.Arbitrary<FuzzRequest> {
  const given = (where: string, bad: fc.Arbitrary<string>) => {
    const chosen = parameters.filter((parameter) => parameter.in === where);
    const shape = chosen.map(({ name, schema }) => [name, fc.oneof(anyOf(schema, all, known).map(String), bad)]);
    return fc.record(Object.fromEntries(shape) as Record<string, fc.Arbitrary<string>>, {
      requiredKeys: where === "path" ? chosen.map(({ name }) => name) : [],
    });
  };
  const type = Object.keys(requestBody?.content ?? {})[0];
  const body =
    type === undefined ? fc.constant(undefined) : bodyOf(type, requestBody!.content[type]!.schema, all, known, files);
  const contentType = fc.oneof(
    { weight: 6, arbitrary: fc.constant(type) },
    fc.constantFrom(
      "text/plain",
      "application/xml",
      "application/json",
      "multipart/form-data",
      "multipart/form-data; boundary=x",
    ),
  );
  return fc
    .tuple(given("path", hostileText), given("query", hostileText), given("header", headerText), body, contentType)
    .map(([inPath, query, headers, content, as]) => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
        encodeURIComponent((inPath[name] ?? "").replace(/\p{Cs}/gu, "?")),
      );
      const search = new URLSearchParams(query).toString();
      return {
        method,
        path: search ? `${filled}?${search}` : filled,
        headers:
          content === undefined || content instanceof FormData || !as ? headers : { ...headers, "content-type": as },
        body: content,
      };
    });
}

function bodyOf(
  type: string,
  schema: Schema,
  all: Description,
  known: readonly string[],
  files: readonly Uint8Array[],
): fc.Arbitrary<Uint8Array | string | FormData> {
  if (type === "application/json") {
    const right = spoiled(anyOf(schema, all, known)).map((value) => JSON.stringify(value) ?? "");
    const broken = fc.tuple(right, fc.nat()).map(([json, end]) => json.slice(0, end % (json.length + 1)));
    return fc.oneof({ weight: 6, arbitrary: right }, broken, hostileText);
  }
  if (type !== "multipart/form-data") return spoiledFile(files);
  const form = fc
    .tuple(spoiled(anyOf(schema, all, known)), spoiledFile(files), fc.boolean())
    .map(([value, file, whole]) => {
      const data = new FormData();
      for (const [name, part] of Object.entries(Object(value) as Record<string, unknown>)) {
        if (/^image/.test(name))
          data.append(name, new File([(whole ? files[0]! : file) as Uint8Array<ArrayBuffer>], "../../x.png"));
        else data.append(name, typeof part === "string" ? part : (JSON.stringify(part) ?? ""));
      }
      return data;
    });
  return fc.oneof({ weight: 5, arbitrary: form }, hostileText);
}
