/** Longer lines are no part of a chat stream. */
const LONGEST_LINE = 1024 * 1024;

/**
 * The data of each server-sent event (the WHATWG grammar: any line end, comments, multi-line data, a byte order mark), whatever
 * the borders of the byte pieces are. Comments are not events. A last event without its blank line counts when its line is whole.
 */
export async function* readEvents(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let data: string[] = [];
  for await (const line of readLines(pieces, isEndMark)) {
    if (line === '') {
      if (data.length > 0) yield data.join('\n');
      data = [];
      continue;
    }
    const field = /^data(?:: ?(.*))?$/s.exec(line);
    if (field) data.push(field[1] ?? '');
  }
  if (data.length > 0) yield data.join('\n');
}

/** The JSON texts of a stream that has one on each line (NDJSON, https://github.com/ndjson/ndjson-spec); empty lines are none. */
export async function* readJsonLines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const line of readLines(pieces, isJson)) if (line.trim() !== '') yield line;
}

function isEndMark(line: string): boolean {
  return /^data: ?\[DONE\]$/.test(line);
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

/** Whole lines; a last one without its end only where it is known to be whole. */
async function* readLines(pieces: AsyncIterable<Uint8Array>, isWhole: (line: string) => boolean): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let afterReturn = false;
  for await (const piece of pieces) {
    let text = decoder.decode(piece, { stream: true });
    if (text === '') continue;
    // The '\n' of a '\r\n' whose halves came apart.
    if (afterReturn && text.startsWith('\n')) text = text.slice(1);
    afterReturn = text === '' ? false : text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new RangeError(`a line of the stream is longer than ${LONGEST_LINE} characters`);
    yield* lines;
  }
  if (isWhole(rest)) yield rest;
}
