/**
 * The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced. Throws a RangeError where the text lacks the two marks, so that no
 * measurement is dropped in silence.
 */
export function withSection(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new RangeError(`the text has no section between ${start} and ${end}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}
