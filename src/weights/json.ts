/**
 * The value of a JSON text as Python writes it: with `Infinity`, `-Infinity` and `NaN`, which JSON does not have and diffusers puts into
 * some configurations (`"lambda_min_clipped": -Infinity`).
 *
 * @throws SyntaxError if it is not JSON otherwise.
 */
export function parsePythonJson(text: string): unknown {
  let beyond = false;
  const plain = text.replace(stringOrNumber, (token) => {
    const replacement = stand[token];
    beyond ||= replacement !== undefined;
    return replacement ?? token;
  });
  return beyond ? JSON.parse(plain, (_, value) => (isStandIn(value) ? Number.NaN : value)) : JSON.parse(text);
}

/** Strings are matched so that what stands inside them is passed over. */
const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

const NOT_A_NUMBER = "\u0000NaN"; // no configuration calls anything that
const stand: Readonly<Record<string, string>> = {
  Infinity: "1e999", // beyond the largest double: read as infinite
  "-Infinity": "-1e999",
  NaN: JSON.stringify({ [NOT_A_NUMBER]: 0 }), // an object, so that a bare NaN is no key
};

function isStandIn(value: unknown): boolean {
  return typeof value === "object" && value !== null && NOT_A_NUMBER in value;
}
