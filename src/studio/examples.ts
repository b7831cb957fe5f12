/** Pictures of the repository's `examples/`, which the build puts beside the page: name → address. */
const found = import.meta.glob<string>("../../examples/pastel/*.png", {
  query: "?url",
  import: "default",
  eager: true,
});

const byName = new Map(Object.entries(found).map(([path, url]) => [path.slice(path.lastIndexOf("/") + 1), url]));

/** A pair to learn from. */
export const examplePair = { before: byName.get("0_0.png")!, after: byName.get("0_1.png")! };

/** Pictures to use an edit on. */
export const examplePictures = [
  { name: "castle.png", url: byName.get("1_0.png")! },
  { name: "town.png", url: byName.get("2_0.png")! },
  { name: "lift.png", url: byName.get("3_0.png")! },
  { name: "cabinet.png", url: byName.get("4_0.png")! },
];
