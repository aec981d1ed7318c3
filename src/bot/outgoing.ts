/** Where an answer goes. Everything the core says leaves through one of these; nothing else sends. */
export type Outgoing = {
  /** Longest text one post may hold, in UTF-16 code units. */
  readonly maxLength: number;
  showTyping(): Promise<void>;
  /**
   * Posts a new message and gives its id. `nonce` is deterministic per trigger and part (≤ 25 characters): a platform that can
   * tell by it shows a repeated post once.
   */
  post(text: string, nonce: string): Promise<string>;
  /** Replaces the text of a message posted before. */
  edit(messageId: string, text: string): Promise<void>;
};
