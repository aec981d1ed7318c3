import type { ChatMessage } from '../../../chat.ts';
import { messageOf } from '../../../errors.ts';
import { type Literals, literalsFor, withoutSwitches } from '../../literals/literals.ts';
import { neutralise } from '../../neutralise.ts';
import { remembering } from '../../remembering.ts';
import { climb, type Rendering } from './ladder.ts';
import { parseTemplate } from './parse-template.ts';
import { type JinjaSource, type Moment, renderText } from './render-text.ts';

/** One conversation to render. It crosses between threads: plain data only. */
export type Job = Moment & { jinja: JinjaSource; messages: readonly ChatMessage[] };
/** `refusal`: a sentence for people. `cpuMs`: what the thread has spent in all its life. */
export type JobAnswer = ({ rendering: Rendering } | { refusal: string }) & { cpuMs: number };

const programFor = remembering(parseTemplate, { isSame: (one, other) => one.source === other.source });

/** Renders in this thread, without limits of time. */
export function answerJob({ jinja, messages, thinking, now }: Job): JobAnswer {
  let outcome: { rendering: Rendering } | { refusal: string };
  try {
    const program = programFor(jinja);
    const climber = {
      name: jinja.name,
      render: (shown: readonly ChatMessage[]) => renderText(program, jinja, { messages: shown, thinking, now }),
      neutralise: ({ role, content }: ChatMessage) => neutralise(content, literalsOf(jinja, role)),
    };
    outcome = { rendering: climb(climber, messages) };
  } catch (error) {
    outcome = { refusal: messageOf(error) };
  }
  const { user, system } = process.threadCpuUsage();
  return { ...outcome, cpuMs: (user + system) / 1000 };
}

/** What must be made plain in a message; operators, who write the system's, may use the switches that the template looks for. */
function literalsOf({ source, bosToken, eosToken }: JinjaSource, role: ChatMessage['role']): Literals {
  const literals = literalsFor({
    template: source,
    ...(bosToken !== undefined && { bosToken }),
    ...(eosToken !== undefined && { eosToken }),
  });
  return role === 'system' ? withoutSwitches(literals) : literals;
}
