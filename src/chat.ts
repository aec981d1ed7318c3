// The shared words of the program, as types. Ids are strings, times are ms since the epoch. This file imports nothing.

export type Role = 'user' | 'assistant';
export type Author = { kind: 'member' | 'persona'; id: string /** the name as it was then */; name: string };
export type Source = 'discord-message' | 'discord-interaction' | 'terminal' | 'web' | 'synthetic';
export type EndReason = 'complete' | 'length' | 'filtered' | 'aborted' | 'broken';

/** One version of what was said. A member's turn has one; regenerating a persona's turn adds one (a swipe). */
export type Variant = {
  text: string;
  /** the platform's ids of the messages that show this text, in order */
  messageIds: readonly string[];
  reasoning?: string;
  end?: EndReason;
  recordId?: string;
};

/** One line of a session's script. */
export type Turn = {
  /** position in the session, from 1, never reused */
  seq: number;
  /** member's turn: the platform's message id; persona's: 'r' + the id it answers */
  id: string;
  role: Role;
  author: Author;
  source: Source;
  /** id of the turn this one answers */
  answers?: string;
  variants: readonly Variant[];
  /** index into `variants` */
  chosen: number;
  at: number;
  pinned?: true;
  /** left out of prompts: forgotten or undone */
  hidden?: true;
};

/** The dials. Every field is set once a persona is resolved; see `personas/sampling.ts` for ranges and defaults. */
export type Sampling = {
  /** divides the logits before the softmax; 0 is greedy */
  temperature: number;
  /** tokens of visible text, reasoning not counted */
  maxTokens: number;
  topP: number;
  /** 0 is off */
  topK: number;
  minP: number;
  /** 1 is off */
  repeatPenalty: number;
  frequencyPenalty: number;
  presencePenalty: number;
  stop: readonly string[];
  /** left out: off */
  dry?: Dry;
  /** left out: off */
  xtc?: Xtc;
  /** what is added to the logits of each token of a text; `false`: they are never said. Left out: nothing */
  logitBias?: LogitBias;
  /** fixed for every reply; left out, each reply draws its own and its record keeps it */
  seed?: number;
};
export type Dial = keyof Sampling;

/**
 * "Don't Repeat Yourself": a word that would go on with a repetition of `allowedLength` tokens or more loses `multiplier` *
 * `base` ^ (length of the repetition - `allowedLength`) of its logit. https://github.com/oobabooga/text-generation-webui/pull/5677
 */
export type Dry = {
  /** 0 is off */
  multiplier: number;
  base: number;
  /** tokens */
  allowedLength: number;
  /** tokens of the reply that are looked back over; 0 is all of it */
  range: number;
  /** texts across which no repetition goes on */
  breakers: readonly string[];
};

/**
 * "Exclude Top Choices": with this probability all words that have at least `threshold` go, but for the least likely of them.
 * https://github.com/oobabooga/text-generation-webui/pull/6335
 */
export type Xtc = {
  /** 0 is off */
  probability: number;
  threshold: number;
};
export type LogitBias = { readonly [text: string]: number | false };

export type Thinking = 'off' | 'low' | 'full';
export type Stage = 'base' | 'instruct' | 'chat';
export type Layout = 'chat' | 'folded' | 'transcript';

/** Where a piece of prompt came from, in the order in which layers stand. */
export type Layer =
  | 'house'
  | 'persona'
  | 'lore'
  | 'examples'
  | 'recap'
  | 'greeting'
  | 'history'
  | 'note'
  | 'member'
  | 'message'
  | 'opening';

/** A piece of prompt that knows its layer. `tokens` is 0 until counted. */
export type Segment = {
  layer: Layer;
  role: 'system' | Role;
  /** who speaks it, for turns */
  name?: string;
  /** what they are: another persona's turn is a user's turn in the prompt, and is told apart by this */
  speaker?: Author['kind'];
  text: string;
  tokens: number;
  /** the turn it shows; a segment without one never leaves when the prompt is cut */
  seq?: number;
  pinned?: true;
};

export type ChatMessage = { role: 'system' | Role; content: string };
/** `control` is template scaffolding and may hold control tokens; the rest is content and never does. */
export type Piece = { text: string; control: boolean };
export type Rendered = { input: 'messages'; messages: readonly ChatMessage[] } | { input: 'pieces'; pieces: readonly Piece[] };

export type ReplyRequest = {
  rendered: Rendered;
  sampling: Sampling;
  thinking: Thinking;
  seed: number;
  session: string;
  persona: string;
};

/** Counted in tokens. `reused` came from the KV cache; `exact` is false where the server gave no usage and we estimated. */
export type Usage = {
  prompt: number;
  reused: number;
  evaluated: number;
  reply: number;
  reasoning: number;
  exact: boolean;
  ms: { queue: number; prompt: number; generate: number };
};

export type ReplyPart =
  | { type: 'reasoning'; text: string }
  | { type: 'text'; text: string }
  | { type: 'end'; reason: EndReason; usage: Usage };

/** How one reply was made. */
export type ReplyRecord = {
  id: string;
  session: string;
  /** id of the turn that was answered */
  answers: string;
  persona: { name: string; hash: string };
  backend: string;
  model: string;
  template: string;
  layout: Layout;
  /** the dials of persona and channel; what was sent has the stops of template and layout as well */
  sampling: Sampling;
  seed: number;
  /** seqs of the turns in the prompt: first and last, and how many stood between the cut and the message */
  turns: { first: number; last: number; count: number };
  end: EndReason;
  usage: Usage;
  at: number;
};

/** The operator's settings that reach a prompt: the system instructions (SI) and what a persona may not override. */
export type House = { system: string; sealed: readonly string[]; language: Language };
export type Language = 'en' | 'ko';
