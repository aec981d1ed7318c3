import type { Piece } from '../../../chat.ts';
import { scaffold } from '../pieces.ts';
import type { Rendering } from './ladder.ts';

/** What a template opens a thought with at the end of a prompt, and what makes it an empty one, as the model families write both. */
const OPENINGS: readonly { open: string; closed: string }[] = [
  ...['think', 'thinking', 'thought', 'reasoning', 'seed:think', 'mm:think', 'longcat_think'].map((tag) => ({
    open: `<${tag}>`,
    closed: `<${tag}>\n\n</${tag}>\n\n`,
  })),
  { open: '[THINK]', closed: '[THINK][/THINK]' },
  { open: '◁think▷', closed: '◁think▷◁/think▷' },
  { open: 'Here are my reasoning steps:', closed: 'Here are my reasoning steps:\n[BEGIN FINAL RESPONSE]\n' },
];

/**
 * A rendering for a model that is told not to reason: where the template opens a thought at the end whatever it is told, as those of
 * DeepSeek R1 and of models that always reason do, that thought is closed at once and empty, and the changes say so.
 */
export function closeThought(rendering: Rendering): Rendering {
  const last = rendering.pieces.at(-1);
  const closed = last?.control ? closedEnd(last.text) : undefined;
  if (closed === undefined) return rendering;
  const pieces: readonly Piece[] = [...rendering.pieces.slice(0, -1), scaffold(closed)];
  return { ...rendering, pieces, changes: [...rendering.changes, 'the reasoning that the template begins is closed at once'] };
}

function closedEnd(text: string): string | undefined {
  const written = text.trimEnd();
  const opening = OPENINGS.find(({ open }) => written.endsWith(open));
  return opening && written.slice(0, -opening.open.length) + opening.closed;
}
