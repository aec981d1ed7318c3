import type { Backend } from '../../backends/backend.ts';
import { preparePrompt } from '../../bot/prepare-prompt.ts';
import { createTokenCounter, type TokenCounter } from '../../bot/token-counter.ts';
import type { Layout, Rendered, ReplyRequest, Sampling, Turn } from '../../chat.ts';
import { BackendError, TemplateError } from '../../errors.ts';
import { resolvePersona } from '../../personas/inherit.ts';
import { DEFAULT_SAMPLING } from '../../personas/sampling.ts';
import { UNTOLD_AT } from '../read-history.ts';
import { type Asked, CHAR, type Question, type Reply, USER } from './question.ts';

const SAMPLING: Sampling = { ...DEFAULT_SAMPLING, temperature: 0, topP: 1, maxTokens: 64 };
const SEED = 1;
const LAYOUTS: Readonly<Record<Exclude<Asked['kind'], 'text'>, Layout>> = {
  script: 'transcript',
  instruction: 'folded',
  talk: 'chat',
};

/** Nobody in particular: no instructions stand before the question. */
const NOBODY = resolvePersona('probe', { name: CHAR });

export type Asker = {
  /** Throws BackendError when the backend cannot answer at all. The reply is empty where the model says nothing to this question. */
  ask(question: Question): Promise<Heard>;
};
export type Heard = Reply & {
  /** how the prompt became roles; null for plain text */
  layout: Layout | null;
  /** why there is no reply */
  failure?: BackendError | TemplateError;
};

/** Asks a backend one question after another, each in a session of its own, always with the same dials and the same seed. */
export function createAsker(backend: Backend, signal: AbortSignal): Asker {
  const counter = createTokenCounter();
  return {
    async ask({ asked, language }) {
      const layout = asked.kind === 'text' ? null : LAYOUTS[asked.kind];
      try {
        const request = await prepare(backend, counter, asked, language);
        return { layout, ...(await hear(backend, request, signal)) };
      } catch (error) {
        if (!isSilence(error)) throw error;
        return { layout, text: '', end: undefined, failure: error };
      }
    },
  };
}

/** A template that cannot show the question and a reply that is empty say something about the model; other failures do not. */
function isSilence(error: unknown): error is BackendError | TemplateError {
  return error instanceof TemplateError || (error instanceof BackendError && error.failure === 'broken-reply');
}

type Prepared = Pick<ReplyRequest, 'rendered' | 'sampling'>;

async function prepare(backend: Backend, counter: TokenCounter, asked: Asked, language: 'en' | 'ko'): Promise<Prepared> {
  if (asked.kind === 'text') {
    const { input } = await backend.describe();
    return { rendered: plainText(asked.text, input), sampling: SAMPLING };
  }
  const { rendered, sampling } = await preparePrompt(backend, counter, {
    house: { system: '', sealed: [], language },
    persona: NOBODY,
    turns: 'exchanges' in asked ? asked.exchanges.flatMap(turnsOf) : [],
    message: { text: asked.text, name: USER, at: UNTOLD_AT },
    shared: false,
    sampling: SAMPLING,
    layout: LAYOUTS[asked.kind],
  });
  // A script is to go on as far as the model goes: no speaker's name stops it.
  return { rendered, sampling: asked.kind === 'script' ? SAMPLING : sampling };
}

function plainText(text: string, input: 'messages' | 'pieces'): Rendered {
  return input === 'pieces'
    ? { input, pieces: [{ text, control: false }] }
    : { input, messages: [{ role: 'user', content: text }] };
}

function turnsOf([said, answered]: readonly [string, string], index: number): Turn[] {
  const turn = { source: 'synthetic', chosen: 0, at: UNTOLD_AT } as const;
  const seq = 2 * index + 1;
  const member = { kind: 'member', id: USER, name: USER } as const;
  const persona = { kind: 'persona', id: NOBODY.id, name: CHAR } as const;
  return [
    { ...turn, seq, id: `m${seq}`, role: 'user', author: member, variants: [{ text: said, messageIds: [] }] },
    {
      ...turn,
      seq: seq + 1,
      id: `rm${seq}`,
      role: 'assistant',
      author: persona,
      variants: [{ text: answered, messageIds: [] }],
    },
  ];
}

async function hear(backend: Backend, prepared: Prepared, signal: AbortSignal): Promise<Reply> {
  const request: ReplyRequest = { ...prepared, thinking: 'off', seed: SEED, session: 'probe', persona: NOBODY.id };
  const reply: Reply = { text: '', end: undefined };
  for await (const part of backend.reply(request, signal)) {
    if (part.type === 'text') reply.text += part.text;
    if (part.type === 'end') reply.end = part.reason;
  }
  return reply;
}
