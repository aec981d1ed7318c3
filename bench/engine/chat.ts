// Conversations as the bot has them: every prompt holds the whole history, made by the product's own code.
import type { Backend } from '../../src/backends/backend.ts';
import { type PreparedPrompt, preparePrompt } from '../../src/bot/prepare-prompt.ts';
import type { TokenCounter } from '../../src/bot/token-counter.ts';
import type { House, Piece, Sampling, Turn } from '../../src/chat.ts';
import { DEFAULT_SYSTEM } from '../../src/config/default-house.ts';
import { PERSONAS_FOLDER } from '../../src/config/program-folder.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import type { Persona } from '../../src/personas/persona.ts';
import { countNewTokens, type Stood, standsNow } from './new-tokens.ts';

export type Chat = {
  /** of the session */
  readonly id: string;
  readonly house: House;
  readonly persona: Persona;
  /** those after the cut */
  turns: readonly Turn[];
  /** what its last prompt and reply were; undefined before the first */
  stood: Stood | undefined;
};

export type Answer = {
  text: string;
  /** times in ms, as performance.now() tells them; `heardAt` of each text that came */
  askedAt: number;
  heardAt: readonly number[];
  tokens: { prompt: number; evaluated: number; reply: number };
};
type Asked = {
  chat: Chat;
  prepared: Pick<PreparedPrompt, 'rendered' | 'sampling'>;
  seed: number;
  signal?: AbortSignal;
  /** called with each text that comes */
  onText?(): void;
};
/** Whoever goes on with a rendered prompt. */
export type Answerer = (asked: Asked) => Promise<Answer>;

/** `backend` counts tokens and says what the model is, also where another one answers. */
export type Stage = { backend: Backend; counter: TokenCounter; answer: Answerer };

export type Line = { text: string; seed: number; maxTokens: number; temperature: number; signal?: AbortSignal };

/** `newTokens`: of the prompt, which were neither in the session's last prompt nor in its last reply. */
export type Said = Answer & { newTokens: number; cut: boolean };

const DIALS: Sampling = {
  ...{ temperature: 0, maxTokens: 1, topP: 1, topK: 0, minP: 0 },
  ...{ repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0, stop: [] },
};
const SYSTEM = 'You play a character in a chat. Speak as that character and never as anybody else.';
const MEMBER = 'Mina';
const SHIPPED = 'sunny';

export const PERSONA: Persona = {
  id: 'bench',
  name: 'Sunny',
  description: '',
  scenario: '',
  instructions: 'You are {{char}}, a gardener. Keep to short and friendly messages, and ask about what people tell you.',
  ...{ greeting: '', examples: '', template: 'chatml', backend: 'default', hash: 'bench' },
  ...{ sampling: DIALS, thinking: 'off', layout: 'chat', rating: 'general', knowledge: [] },
  triggers: { mention: true, reply: true, name: true, always: false, chance: 0 },
};

/**
 * A session without turns, with a persona of few words.
 * @param opening what its prompts begin with, where they are to have nothing in common with those of other sessions
 */
export function createChat(id: string, opening = ''): Chat {
  const house: House = { system: `${opening} ${SYSTEM}`.trim(), sealed: [], language: 'en' };
  return { id, house, persona: PERSONA, turns: [], stood: undefined };
}

/** A session as a new bot has it: the system instructions that hold when nobody wrote others, and the persona that answers first. */
export async function createShippedChat(id: string): Promise<Chat> {
  const personas = await loadPersonas(PERSONAS_FOLDER);
  const shipped = personas.find(SHIPPED);
  if (!shipped) throw new Error(`The persona ${SHIPPED} no longer ships: the bench needs another.`);
  const house: House = { system: DEFAULT_SYSTEM.en, sealed: [], language: 'en' };
  const persona: Persona = { ...shipped, template: PERSONA.template, layout: PERSONA.layout };
  return { id, house, persona, turns: [], stood: undefined };
}

/** The prompt in which this line is the new message. */
export function prepare(
  { backend, counter }: Stage,
  chat: Chat,
  { text, maxTokens, temperature }: Line,
): Promise<PreparedPrompt> {
  return preparePrompt(backend, counter, {
    house: chat.house,
    persona: chat.persona,
    turns: chat.turns,
    message: { text, name: MEMBER, at: 0 },
    shared: false,
    sampling: { ...DIALS, maxTokens, temperature },
  });
}

/** Says a line and hears the reply; the session remembers both, and what was cut. */
export async function say(stage: Stage, chat: Chat, line: Line, known?: PreparedPrompt): Promise<Said> {
  const prepared = known ?? (await prepare(stage, chat, line));
  const pieces = piecesOf(prepared);
  const newTokens = await countNewTokens(stage.backend, pieces, chat.stood);
  const { seed, signal } = line;
  const answer = await stage.answer({ chat, prepared, seed, ...(signal ? { signal } : {}) });
  const { cut } = prepared;
  const left = cut === undefined ? chat.turns : chat.turns.filter(({ seq }) => seq > cut);
  chat.turns = [...left, ...turnsOf(chat, line.text, answer.text)];
  chat.stood = standsNow(pieces, answer);
  return { ...answer, newTokens, cut: cut !== undefined };
}

/** Remembers an exchange that no model has read or said. */
export function pretend(chat: Chat, text: string, reply: string): void {
  chat.turns = [...chat.turns, ...turnsOf(chat, text, reply)];
}

export function piecesOf({ rendered }: Pick<PreparedPrompt, 'rendered'>): readonly Piece[] {
  if (rendered.input === 'pieces') return rendered.pieces;
  throw new Error('The engine takes pieces, and this prompt holds messages.');
}

/** A member's turn and its answer. As in the product, there is no answer where the model said nothing. */
function turnsOf({ turns, persona: { id, name } }: Chat, text: string, reply: string): Turn[] {
  const seq = (turns.at(-1)?.seq ?? 0) + 1;
  const said = turn(seq, { role: 'user', author: { kind: 'member', id: MEMBER, name: MEMBER }, text });
  if (reply === '') return [said];
  const author = { kind: 'persona', id, name } as const;
  return [said, { ...turn(seq + 1, { role: 'assistant', author, text: reply }), answers: said.id }];
}

function turn(seq: number, { role, author, text }: Pick<Turn, 'role' | 'author'> & { text: string }): Turn {
  return { seq, id: `t${seq}`, role, author, source: 'synthetic', variants: [{ text, messageIds: [] }], chosen: 0, at: 0 };
}

/** From the request to the first text, ms. NaN where nothing was said. */
export function firstMs({ askedAt, heardAt }: Answer): number {
  return (heardAt[0] ?? Number.NaN) - askedAt;
}
