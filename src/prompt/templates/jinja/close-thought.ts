import type { Piece } from '../../../chat.ts';
import { scaffold } from '../pieces.ts';
import type { Rendering } from './ladder.ts';

/** What a template opens a thought with at the end of a prompt, and what stands there for none, as the model families write both. */
const OPENINGS: readonly { open: string; closed: string }[] = [
  { open: '[THINK]', closed: '[THINK][/THINK]' },
  { open: '◁think▷', closed: '◁think▷◁/think▷' },
  { open: 'Here are my reasoning steps:', closed: 'Here are my reasoning steps:\n[BEGIN FINAL RESPONSE]\n' },
  { open: '<|START_THINKING|>', closed: '<|START_THINKING|><|END_THINKING|><|START_RESPONSE|>' },
  { open: '<|inner_prefix|>', closed: '<|inner_prefix|><|inner_suffix|>' },
  { open: '<|begin_of_thought|>', closed: '<|begin_of_thought|>\n\n<|end_of_thought|>\n\n<|begin_of_solution|>' },
  { open: '<|channel>thought', closed: '<|channel>thought\n<channel|>' },
  { open: '<unused94>thought', closed: '<unused94>thought\n<unused95>' },
  { open: '<|open|>think<|sep|>', closed: '<|open|>think<|sep|><|close|>think<|sep|><|open|>response<|sep|>' },
  { open: '<|begin|>assistant<|think|>', closed: '<|begin|>assistant<|content|>' },
  { open: '<|channel|>analysis<|message|>', closed: '<|channel|>final<|message|>' },
  { open: '<|im_start|>assistant/think', closed: '<|im_start|>assistant\n' },
];

/** A tag of plain characters; what says that a thought ends, or that there is none, is no opening. */
const TAG = /<((?!no_|end_)(?:[a-z]+[:_])?(?:think|thinking|thoughts?|reasoning|analysis|scratchpad))>$/i;

/** Any other mark that speaks of thinking. */
const MARK = /[<[{◁](?![|｜]?(?:\/|no|end))[^<>[\]{}◁▷\n]*(?:think|thought|reason|analysis|scratchpad)[^<>[\]{}◁▷\n]*[>\]}▷]$/i;

/**
 * A rendering for a model that is told not to reason: where the template opens a thought at the end whatever it is told, as those of
 * DeepSeek R1 and of models that always reason do, that thought is closed at once and empty, or not begun, and the changes say so; also
 * where it is not known how that thought is closed.
 */
export function closeThought(rendering: Rendering): Rendering {
  const last = rendering.pieces.at(-1);
  const written = last?.control ? last.text.trimEnd() : '';
  const closed = closedEnd(written);
  if (closed !== undefined) {
    const pieces: readonly Piece[] = [...rendering.pieces.slice(0, -1), scaffold(closed)];
    return {
      ...rendering,
      pieces,
      changes: [...rendering.changes, 'the reasoning that the template begins is closed at once'],
    };
  }
  const mark = MARK.exec(written)?.[0];
  if (mark === undefined) return rendering;
  return { ...rendering, changes: [...rendering.changes, `the template begins to reason (${mark}) and cannot be told not to`] };
}

function closedEnd(written: string): string | undefined {
  const opening = OPENINGS.find(({ open }) => written.endsWith(open));
  if (opening) return written.slice(0, -opening.open.length) + opening.closed;
  const tag = TAG.exec(written)?.[1];
  return tag === undefined ? undefined : `${written}\n\n</${tag}>\n\n`;
}
