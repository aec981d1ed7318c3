/** A chat completion request as a server reads it. Only what the double acts on is named. */
export type ChatBody = {
  model: string;
  messages: readonly { role: string; content: string }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  max_tokens?: number;
  stop?: string | readonly string[];
  seed?: number;
  temperature?: number;
  [field: string]: unknown;
};

export type SaidOptions = {
  /** sent before the text, as `reasoning_content` deltas (or as the field named by `reasoningField`) */
  reasoning?: readonly string[];
  reasoningField?: string;
  /** what the last chunk says; null sends none. Default: 'length' when max_tokens cut it, else 'stop' */
  finishReason?: string | null;
  /** whether `data: [DONE]` ends the stream (default true) */
  done?: boolean;
  /** false sends no usage chunk even when asked; an object replaces fields of it */
  usage?: false | Record<string, unknown>;
  /** ms before the first byte of the head */
  headDelayMs?: number;
  /** ms before the first token, after the head */
  firstDelayMs?: number;
  /** ms before each further token */
  delayMs?: number;
  /** whether `stop` and `max_tokens` are honoured, as a server would (default true; `stop` only for a finite list of tokens) */
  honour?: boolean;
  /** a comment line before each token */
  pings?: boolean;
  /** write the body in pieces of so many bytes; or cut it once, at this byte offset */
  bytes?: { every: number } | { splitAt: number };
  lineEnd?: '\n' | '\r\n' | '\r';
  /** after so many tokens: reset the connection, end it cleanly with nothing more, say nothing more, or send an error object */
  fault?: { after: number; kind: 'reset' | 'end' | 'hang' | 'ping-only' } | { after: number; kind: 'error'; error: unknown };
  /** answer in one JSON object though a stream was asked for */
  json?: boolean;
};

export type Said = { tokens: Iterable<string> } & SaidOptions;
export type Page = { status: number; headers?: Record<string, string>; body: string };
/** What the double does with one chat request. */
export type Answer =
  | Said
  | { page: Page }
  | { silent: 'hang' | 'reset' }
  | { open: string /** an event stream that begins so and never ends */ };
export type Handler = (body: ChatBody) => Answer | Promise<Answer>;

/** An answer that says this. A string is cut into small tokens. */
export function say(text: string | Iterable<string>, options: SaidOptions = {}): Said {
  return { tokens: typeof text === 'string' ? tokenise(text) : text, ...options };
}

/** Pieces of at most four characters, each with the space before it: about what a real tokenizer makes. */
export function tokenise(text: string): string[] {
  return text.match(/\s*\S{1,4}|\s+/gu) ?? [];
}

/** The last thing a user said in this request. */
export function lastUserText(body: ChatBody): string {
  return body.messages.findLast((message) => message.role === 'user')?.content ?? '';
}
