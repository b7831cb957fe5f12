import manifest from "../../package.json" with { type: "json" };

/** Name and version of this program, as instructions record it. */
export const SOFTWARE = `visii ${manifest.version}`;
