import { z } from 'zod';
import { openedByPrompt } from '../../thinking/opened-by-prompt.ts';
import type { Body, Server } from '../server.ts';
import type { ThinkingKind } from './flavour.ts';
import { SWITCHES } from './thinking-models.ts';

const tokensSchema = z.object({ token_strs: z.array(z.string()).min(1) });

/**
 * Whether a model thinks whose name says nothing: vLLM does not show its template, but what it makes of a message, so it is asked how
 * a prompt ends when nothing is said of thinking, and when every switch is off. 'none' where nothing shows or it cannot be asked.
 * Source: https://docs.vllm.ai/en/latest/api/vllm/entrypoints/serve/tokenize/protocol.html
 */
export async function thinkingByPrompt(server: Server, model: string): Promise<ThinkingKind> {
  try {
    const [plain, told] = await Promise.all([askPrompt(server, model), askPrompt(server, model, allSwitches(false))]);
    if (plain === undefined || told === undefined) return 'none';
    if (opensThought(told)) return 'always';
    return opensThought(plain) || plain !== told ? 'switchable' : 'none';
  } catch (error) {
    server.log.debug({ error }, 'the server does not say what its template makes of a message');
    return 'none';
  }
}

/**
 * Whether the switches of such a model do anything: a prompt with all of them off is another one than with all of them on, and opens
 * no thought. False where it cannot be asked: the name of a family alone does not tell that its switch is one of ours.
 */
export async function switchesByPrompt(server: Server, model: string): Promise<boolean> {
  try {
    const [off, on] = await Promise.all([false, true].map((value) => askPrompt(server, model, allSwitches(value))));
    return off !== undefined && on !== undefined && off !== on && !opensThought(off);
  } catch (error) {
    server.log.debug({ error }, 'the server does not say what its template makes of the switch');
    return false;
  }
}

function allSwitches(value: boolean): Body {
  return { chat_template_kwargs: Object.fromEntries(SWITCHES.map((name) => [name, value])) };
}

async function askPrompt({ tell, rootUrl }: Server, model: string, further: Body = {}): Promise<string | undefined> {
  const messages = [{ role: 'user', content: 'Hello' }];
  const body = { model, messages, add_generation_prompt: true, return_token_strs: true, ...further };
  const answer = tokensSchema.safeParse(await tell(`${rootUrl}/tokenize`, body));
  return answer.success ? textOf(answer.data.token_strs) : undefined;
}

/** Vocabularies write white space as letters of their own. */
function textOf(tokens: readonly string[]): string {
  return tokens.join('').replace(/Ċ/g, '\n').replace(/[Ġ▁]/g, ' ');
}

/** A thought, or a message that names its channel: families that do so think first. */
function opensThought(prompt: string): boolean {
  return openedByPrompt([{ text: prompt, control: true }]) !== undefined;
}
