import { createVoice, type SpokenPart, type Voice } from '../../voice.ts';

/** UTF-16 units that are kept back at most. */
const MOST_HELD = 100_000;

/** Keeps back what came as reasoning, until it shows whether it is that: a server may have filed the reply there. */
export type Misfiling = {
  /** The server sent this: any text beside a thought, be it white space, shows that it told the two apart. */
  sent(said: { text: string }): void;
  /** What may be passed on now of these parts and those before. */
  pass(parts: readonly SpokenPart[]): SpokenPart[];
  /** What was kept back and is passed on as it came. */
  rest(): SpokenPart[];
  /** What was kept back, piece by piece, where all that was said is in it and no mark of a thought. */
  reply(): string[] | undefined;
};

/** Nothing is ever kept back. */
export const NO_MISFILING: Misfiling = {
  sent: () => undefined,
  pass: (parts) => [...parts],
  rest: () => [],
  reply: () => undefined,
};

export function watchMisfiling(): Misfiling {
  let held: SpokenPart[] = [];
  let length = 0;
  let isParted = false;
  let isOver = false;

  function rest(): SpokenPart[] {
    isOver = true;
    const parts = held;
    held = [];
    return parts;
  }
  return {
    rest,
    sent({ text }) {
      isParted ||= text !== '';
    },
    pass(parts) {
      if (isOver) return [...parts];
      held.push(...parts);
      length += parts.reduce((sum, { text }) => sum + text.length, 0);
      return isParted || length > MOST_HELD ? rest() : [];
    },
    reply() {
      const pieces = held.filter(({ type }) => type === 'reasoning').map(({ text }) => text);
      return isPlain(pieces.join('')) ? pieces : undefined;
    },
  };
}

/** Whether a text says something and is the same with all thoughts and marks taken out. */
function isPlain(text: string): boolean {
  const voice: Voice = createVoice([]);
  const parts = [...voice.hear({ text }), ...voice.rest()];
  const visible = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  return text.trim() !== '' && visible.trim() === text.trim();
}
