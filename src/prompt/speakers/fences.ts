const LINE = /[^\n\r]+/g;
/** A line that begins or ends fenced code, quoted or not. */
const FENCE = /^(?:› )?[ \t]{0,3}(```|~~~)([^`]*)$/;

/** Whether a place in a text, in UTF-16 units, is in fenced code; asked from front to back. A fence that is not closed is none. */
export function fencesIn(text: string): (at: number) => boolean {
  const lines = Array.from(text.includes('```') || text.includes('~~~') ? text.matchAll(LINE) : []);
  const fences: [from: number, to: number][] = [];
  let open: { sign: string | undefined; from: number } | undefined;
  for (const { 0: line, index } of lines) {
    const [, sign, info = ''] = FENCE.exec(line) ?? [];
    if (sign === undefined) continue;
    if (open === undefined) open = { sign, from: index + line.length };
    else if (open.sign === sign && info.trim() === '') {
      fences.push([open.from, index]);
      open = undefined;
    }
  }
  let next = 0;
  return (at) => {
    while ((fences[next]?.[1] ?? at + 1) <= at) next += 1;
    return (fences[next]?.[0] ?? at + 1) <= at;
  };
}
