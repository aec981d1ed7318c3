import type { ChatMessage } from '../../../chat.ts';
import { messageOf } from '../../../errors.ts';
import { type Literals, literalsFor } from '../../literals.ts';
import { neutralise } from '../../neutralise.ts';
import { climb, type Rendering } from './ladder.ts';
import { parseTemplate } from './parse-template.ts';
import type { Program } from './python/syntax.ts';
import { type JinjaSource, type Moment, renderText } from './render-text.ts';

/** One conversation to render. It crosses between threads: plain data only. */
export type Job = Moment & { jinja: JinjaSource; messages: readonly ChatMessage[] };
/** `refusal`: a sentence for people. `cpuMs`: what the thread has spent in all its life. */
export type JobAnswer = ({ rendering: Rendering } | { refusal: string }) & { cpuMs: number };

const PROGRAMS_AT_MOST = 8;
const programs = new Map<string, Program>();

/** Renders in this thread, without limits of time. */
export function answerJob({ jinja, messages, thinking, now }: Job): JobAnswer {
  let outcome: { rendering: Rendering } | { refusal: string };
  try {
    const program = programFor(jinja);
    const climber = {
      name: jinja.name,
      render: (shown: readonly ChatMessage[]) => renderText(program, jinja, { messages: shown, thinking, now }),
      neutralise: (text: string) => neutralise(text, literalsOf(jinja)),
    };
    outcome = { rendering: climb(climber, messages) };
  } catch (error) {
    outcome = { refusal: messageOf(error) };
  }
  const { user, system } = process.threadCpuUsage();
  return { ...outcome, cpuMs: (user + system) / 1000 };
}

function programFor(jinja: JinjaSource): Program {
  const known = programs.get(jinja.source);
  if (known) return known;
  const program = parseTemplate(jinja);
  const [oldest] = programs.keys();
  if (programs.size >= PROGRAMS_AT_MOST && oldest !== undefined) programs.delete(oldest);
  programs.set(jinja.source, program);
  return program;
}

function literalsOf({ source, bosToken, eosToken }: JinjaSource): Literals {
  return literalsFor({
    template: source,
    ...(bosToken !== undefined && { bosToken }),
    ...(eosToken !== undefined && { eosToken }),
  });
}
