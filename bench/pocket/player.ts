import type { Backend } from '../../src/backends/backend.ts';
import { listen } from '../../src/bot/listen.ts';
import { type PreparedPrompt, preparePrompt } from '../../src/bot/prepare-prompt.ts';
import { createTokenCounter } from '../../src/bot/token-counter.ts';
import type { EndReason, Piece, Turn } from '../../src/chat.ts';
import { BackendError } from '../../src/errors.ts';
import type { Case, Line } from './case.ts';
import { hash } from './dice.ts';

/** `greedy`: the persona's dials at temperature 0; `own`: as they are. */
export type Mode = 'greedy' | 'own';

/** `tokens`: as the engine counted them. A model that ends at once has said nothing, which is a broken end. */
export type Reply = { text: string; end: EndReason; tokens: number };
export type Played = {
  /** of every line that had no answer, and of the question, which comes last */
  replies: Reply[];
  last: Reply;
  /** the question's whole prompt */
  prompt: string;
  /** turns no longer fitted at some point: what was told may be gone */
  cut: boolean;
};

export type Player = {
  /** Plays the session line by line and asks. The same seed and name give the same replies. */
  play(played: Case, how: { mode: Mode; name: string }): Promise<Played>;
  /** Tokens of a case's prompt behind a line of its history; without end where the line no longer fits into the prompt. */
  tokensAfter(made: Case, text: string): Promise<number>;
};

/** A control token of the template, such as `<|im_end|>`: one token, however many letters. */
const CONTROL_TOKEN = /<\|[^|]*\|>/;

/** Sessions through the product's own path: composed, fitted, laid out and rendered as the bot does it, heard as the bot hears it. */
export function createPlayer(backend: Backend, seed: number): Player {
  const counter = createTokenCounter();
  const never = new AbortController().signal;

  const prepare = ({ persona, house, shared }: Case, said: { line: Line; turns: readonly Turn[]; mode: Mode }) =>
    preparePrompt(backend, counter, {
      house,
      persona,
      turns: said.turns,
      message: { text: said.line.text, name: said.line.by, at: 0 },
      shared,
      sampling: said.mode === 'greedy' ? { ...persona.sampling, temperature: 0 } : persona.sampling,
    });

  async function ask({ persona }: Case, { rendered, sampling }: PreparedPrompt, name: string): Promise<Reply> {
    const request = {
      rendered,
      sampling,
      thinking: persona.thinking,
      seed: hash(seed, name),
      session: 'bench',
      persona: persona.id,
    };
    const speaking = { backend: backend.name, persona: persona.name, maxTokens: sampling.maxTokens };
    try {
      const { text, end, usage } = await listen(backend.reply(request, never), speaking, () => undefined);
      return { text, end, tokens: usage?.reply ?? 0 };
    } catch (error) {
      if (!(error instanceof BackendError && error.failure === 'broken-reply')) throw error;
      return { text: '', end: 'broken', tokens: 0 };
    }
  }

  return {
    async play(played, { mode, name }) {
      const replies: Reply[] = [];
      let turns: Turn[] = [];
      let cut = false;
      const speak = async (line: Line) => {
        const prepared = await prepare(played, { line, turns, mode });
        if (prepared.cut !== undefined) cut = true;
        const reply = await ask(played, prepared, `${mode}:${name}:${turns.length}`);
        replies.push(reply);
        return { prepared, reply };
      };
      for (const line of played.before) {
        const answer = line.answer ?? (await speak(line)).reply.text;
        turns = [...turns, ...turnsOf(line, { answer, played, first: turns.length + 1 })];
      }
      const { prepared, reply } = await speak(played.ask);
      return { replies, last: reply, prompt: prepared.text ?? '', cut };
    },

    async tokensAfter(made, text) {
      const turns: Turn[] = [];
      for (const line of made.before)
        turns.push(...turnsOf(line, { answer: line.answer ?? '', played: made, first: turns.length + 1 }));
      const { rendered } = await prepare(made, { line: made.ask, turns, mode: 'greedy' });
      if (rendered.input !== 'pieces') throw new Error('Tokens can only be counted in a prompt of pieces.');
      const told = rendered.pieces.findIndex((piece) => !piece.control && piece.text === text);
      return told < 0 ? Number.POSITIVE_INFINITY : countTokens(backend, rendered.pieces.slice(told + 1));
    },
  };
}

/** Exactly as the engine reads them: a control token counts as one. */
export async function countTokens(backend: Backend, pieces: readonly Piece[]): Promise<number> {
  const parts = pieces.map(({ text, control }) => (control ? text.split(CONTROL_TOKEN) : [text]));
  const texts = parts.flat().filter((part) => part !== '');
  const { counts } = await backend.countTokens(texts);
  const controlTokens = parts.reduce((sum, part) => sum + part.length - 1, 0);
  return counts.reduce((sum, count) => sum + count, controlTokens);
}

/** A member's turn and its answer. As in the product, there is no answer where the model said nothing. */
function turnsOf(line: Line, { answer, played, first }: { answer: string; played: Case; first: number }): Turn[] {
  const { persona } = played;
  const said = turn(first, { role: 'user', author: { kind: 'member', id: line.by, name: line.by }, text: line.text });
  if (answer === '') return [said];
  const author = { kind: 'persona', id: persona.id, name: persona.name } as const;
  return [said, { ...turn(first + 1, { role: 'assistant', author, text: answer }), answers: said.id }];
}

function turn(seq: number, { role, author, text }: Pick<Turn, 'role' | 'author'> & { text: string }): Turn {
  return { seq, id: `t${seq}`, role, author, source: 'synthetic', variants: [{ text, messageIds: [] }], chosen: 0, at: 0 };
}
