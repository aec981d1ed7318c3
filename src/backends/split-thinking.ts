import { heldLength } from './filter-stops.ts';

export type Spoken = { type: 'reasoning' | 'text'; text: string };
type ThinkingSplitter = { push(text: string): Spoken[]; rest(): Spoken[] };

const TAGS = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
] as const;

/** Splits off the reasoning that a model writes between tags at the beginning of its text, and the white space around it. */
export function createThinkingSplitter(): ThinkingSplitter {
  let state: 'beginning' | 'thinking' | 'text' = 'beginning';
  let closing = '';
  let thought = false;
  let buffer = '';

  /** One step from what is in the buffer; undefined when more text is needed. */
  function step(): Spoken[] | undefined {
    if (state === 'beginning') return begin();
    if (state === 'thinking') return think();
    const spoken: Spoken[] = [{ type: 'text', text: take(buffer.length) }];
    return spoken;
  }

  function begin(): Spoken[] | undefined {
    const visible = buffer.trimStart();
    const tag = TAGS.find(([open]) => visible.startsWith(open));
    if (tag) {
      state = 'thinking';
      closing = tag[1];
      buffer = visible.slice(tag[0].length);
      return [];
    }
    if (TAGS.some(([open]) => open.startsWith(visible))) return undefined;
    state = 'text';
    if (thought) buffer = visible;
    return [];
  }

  function think(): Spoken[] | undefined {
    const end = buffer.indexOf(closing);
    if (end < 0) {
      const text = take(buffer.length - heldLength(buffer, [closing]));
      return text === '' ? undefined : [{ type: 'reasoning', text }];
    }
    const text = take(end);
    buffer = buffer.slice(closing.length);
    state = 'beginning';
    thought = true;
    return [{ type: 'reasoning', text }];
  }

  function take(length: number): string {
    const text = buffer.slice(0, length);
    buffer = buffer.slice(length);
    return text;
  }

  return {
    push(text) {
      buffer += text;
      const spoken: Spoken[] = [];
      while (buffer !== '') {
        const made = step();
        if (!made) break;
        spoken.push(...made);
      }
      return spoken.filter((piece) => piece.text !== '');
    },
    rest() {
      const text = thought && state === 'beginning' ? buffer.trimStart() : buffer;
      buffer = '';
      return text === '' ? [] : [{ type: state === 'thinking' ? 'reasoning' : 'text', text }];
    },
  };
}
