import type { Dial, Piece, ReplyPart, ReplyRequest, Sampling, Stage } from '../chat.ts';
import type { StageSource } from './guess-stage.ts';

/** What is true of a backend now. `bot/` composes, fits and renders for these facts. */
export type BackendFacts = {
  /** what `reply` takes: chat messages (the server has the template) or pieces (we render the template) */
  input: 'messages' | 'pieces';
  model: {
    name: string;
    /** of the model file's header and length, where there is a file */
    hash?: string;
    /** the model's own Jinja chat template */
    template?: string;
    /** the text of its begin-of-sequence and end-of-sequence tokens, for the template */
    bosToken?: string;
    eosToken?: string;
    stage: Stage;
    /** what told the stage; left out where it was assumed */
    stageFrom?: StageSource;
    censored: boolean;
    /** Texts of its control and user-defined tokens, as far as they are known: they never come from people's text. */
    controlTexts?: readonly string[];
  };
  /** tokens of prompt and reply together, as really served */
  contextTokens: number;
  /** nobody said how large the context is: it was assumed */
  contextAssumed?: true;
  /** what people must be told of it, one sentence each: a setting it refused, a prompt it cut, an assumption */
  notices?: readonly string[];
  /** the dials it can honour; the others are reported to people, never dropped in silence */
  honours: readonly Dial[];
  /** which server speaks: 'llama' for the engine, 'openai', 'generic' ... */
  flavour: string;
};

/** Whose next token is looked at. */
export type PeekRequest = {
  /** a rendered prompt; for a bare text that is to be continued, the text as one piece of content */
  pieces: readonly Piece[];
  /** The persona's dials. Penalties and DRY have something to count only where `said` is not empty. */
  sampling: Sampling;
  /** how many tokens each list names at most; 0: all of them */
  top: number;
  /** tokens that the reply consists of so far, thoughts and marks among them; left out: none */
  said?: readonly number[];
};

/** A token that may come next. */
export type TokenChance = {
  token: number;
  /** what it says; U+FFFD stands for bytes that are no whole character */
  text: string;
  /** its bytes, where the text does not say them */
  bytes?: readonly number[];
  /** of the model; minus infinity for a token that it rules out */
  logit: number;
  /** probability by the softmax of the logits of the whole vocabulary */
  p: number;
  /** probability after sampling; 0: it can no longer be chosen */
  shapedP: number;
};

/** The odds of one token, before and after sampling. */
export type TokenOdds = {
  /** tokens of the prompt, and of what was said behind it */
  promptTokens: number;
  /** of them, those that were evaluated already */
  reusedTokens: number;
  /** by logit, the largest first */
  raw: readonly TokenChance[];
  /** those that can still be chosen, the likeliest first */
  shaped: readonly TokenChance[];
  /** how many tokens there are, how many of them the model rules out, and how many can still be chosen */
  counts: { vocabulary: number; ruledOut: number; choosable: number };
  /** entropy of the softmax of all logits, in bits */
  entropyBits: number;
  /** whether the token would stand in a thought, where DRY and XTC rest */
  inThought: boolean;
};

/**
 * The contract of every backend and every wrapper around one (tests/backends/backend-contract.ts runs it).
 *
 * `reply` yields reasoning and text parts, never empty ones, then exactly one end part, and nothing after it. It fails only by
 * throwing `BackendError`. When the signal aborts, the model stops within one token and the stream ends with reason 'aborted'
 * (no error); when the reader leaves the loop, the model stops as well. A reply with no visible text is never complete: it throws
 * `broken-reply`, unless it was aborted. Parts never split a surrogate pair, and never show a part of a stop string.
 */
export type Backend = {
  readonly name: string;
  /** Throws BackendError when the facts cannot be had. Cached by the backend where they cannot change. */
  describe(): Promise<BackendFacts>;
  reply(request: ReplyRequest, signal: AbortSignal): AsyncIterable<ReplyPart>;
  /**
   * The odds of the next token. Nothing of it is kept. Missing where the odds cannot be had; throws BackendError, and the signal's
   * reason when it aborts.
   */
  peek?(request: PeekRequest, signal: AbortSignal): Promise<TokenOdds>;
  /** Tokens of each text, as content (no control tokens). `exact` is false for an estimate. */
  countTokens(texts: readonly string[]): Promise<{ counts: number[]; exact: boolean }>;
  /** Erases what the backend itself keeps of a session: evaluated states in memory and in files. Missing where it keeps nothing. */
  forget?(session: string): Promise<void>;
  /** Lets go of the model, sockets and threads. Safe to call twice. */
  close(): Promise<void>;
};
