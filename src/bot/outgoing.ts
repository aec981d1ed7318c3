import type { EndReason, Usage } from '../chat.ts';

/** How often one place may be written to: at most `limit` writes of a kind in `windowMs`, and edits at least `floorMs` apart. */
export type Pace = { limit: number; windowMs: number; floorMs: number };

export type FinishedReply = { text: string; reasoning: string; end: EndReason; usage: Usage | undefined };

/**
 * Where an answer goes: made for one trigger, used for its answer. Everything the core says leaves through one of these; nothing
 * else sends. Every method throws TroupeError when the place refuses; texts given to it are never empty.
 */
export type Outgoing = {
  /** longest text one post may hold, in UTF-16 code units; Infinity where one holds any text as it is */
  readonly maxLength: number;
  readonly pace: Pace;
  showTyping(): Promise<void>;
  /**
   * Posts a new message and gives its id. `nonce` is deterministic per trigger and part (≤ 25 characters): a platform that can
   * tell by it shows a repeated post once.
   */
  post(text: string, nonce: string): Promise<string>;
  /** Replaces the text of a message that `post` made. */
  edit(messageId: string, text: string): Promise<void>;
  /** Takes back a message that `post` made. */
  remove(messageId: string): Promise<void>;
  /** Says something as the program, not as the persona: an error, a refusal. */
  notify(text: string, nonce: string): Promise<void>;
  /** The text as people see it with small notes below (cut short, demo model). Notes never enter history. */
  annotate(text: string, notes: readonly string[]): string;
  /** Told once when an answer stands whole, for venues that print whole answers. */
  finished?(reply: FinishedReply): void;
};
