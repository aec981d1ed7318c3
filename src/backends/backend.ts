import type { Dial, ReplyPart, ReplyRequest, Stage } from '../chat.ts';
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
  /** Tokens of each text, as content (no control tokens). `exact` is false for an estimate. */
  countTokens(texts: readonly string[]): Promise<{ counts: number[]; exact: boolean }>;
  /** Lets go of the model, sockets and threads. Safe to call twice. */
  close(): Promise<void>;
};
