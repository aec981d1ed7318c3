import type { Usage } from '../../../chat.ts';
import { estimateTokens } from '../../estimate-tokens.ts';
import type { SpokenPart } from '../../voice.ts';
import type { ServerUsage } from './parse-chunk.ts';

export type Meter = {
  /** for estimates, and to know whether anything was said */
  said: { text: string; reasoning: string };
  /** the server's own count, once it came */
  server: ServerUsage | undefined;
  /** why it ended, once it did: in the server's word, or 'length' where it was stopped because it was long enough */
  finish: string | undefined;
  /** the server only ended its stream: that this is the end of the reply was assumed */
  finishAssumed: boolean;
  /** all that the server sent, thoughts and marks as well, whether or not it has been heard */
  came: string;
  /** how often something of the reply came */
  pieces: number;
  /** the server itself sent thoughts apart from the text */
  cameApart: boolean;
  /** text came after such thoughts, be it white space */
  parted: boolean;
  /** These parts came now. */
  heard(parts: readonly SpokenPart[]): void;
  /** All that came as reasoning was the reply: it counts as text, once it is heard as such. */
  noThought(): void;
  /** the reply had come as reasoning */
  readonly wasFiledAsThought: boolean;
  usage(): Usage;
};

/** Counts one reply to a prompt of these contents, from now on. Uses the server's figures and estimates what it does not give. */
export function startMeter(contents: readonly string[]): Meter {
  const startedAt = performance.now();
  let beganAt: number | undefined;
  let wasFiledAsThought = false;
  const meter: Meter = {
    said: { text: '', reasoning: '' },
    server: undefined,
    finish: undefined,
    finishAssumed: false,
    came: '',
    pieces: 0,
    cameApart: false,
    parted: false,
    heard(parts) {
      if (parts.length > 0) beganAt ??= performance.now();
      for (const { type, text } of parts) meter.said[type] += text;
    },
    noThought() {
      wasFiledAsThought = true;
      meter.said.reasoning = '';
      if (meter.server) meter.server = { ...meter.server, completion_tokens_details: undefined };
    },
    get wasFiledAsThought() {
      return wasFiledAsThought;
    },
    usage() {
      const now = performance.now();
      const prompt = (beganAt ?? now) - startedAt;
      const ms = { queue: 0, prompt: Math.round(prompt), generate: Math.round(now - startedAt - prompt) };
      const counted = meter.server && meter.server.prompt_tokens > 0 ? fromServer(meter.server, meter.said) : undefined;
      return { ...(counted ?? estimated(contents, meter.said)), ms };
    },
  };
  return meter;
}

/** What a reply used that was never begun. */
export function noUsage(): Usage {
  return { prompt: 0, reused: 0, evaluated: 0, reply: 0, reasoning: 0, exact: true, ms: { queue: 0, prompt: 0, generate: 0 } };
}

type Counts = Omit<Usage, 'ms'>;

function estimated(contents: readonly string[], said: Meter['said']): Counts {
  const prompt = contents.reduce((tokens, content) => tokens + estimateTokens(content), 0);
  const reply = estimateTokens(said.text);
  return { prompt, reused: 0, evaluated: prompt, reply, reasoning: estimateTokens(said.reasoning), exact: false };
}

/** `completion_tokens` holds the reasoning as well; a server that does not say how much gets it shared out by length. */
function fromServer(server: ServerUsage, said: Meter['said']): Counts {
  const told = server.completion_tokens_details?.reasoning_tokens;
  const share = estimateTokens(said.reasoning) / Math.max(1, estimateTokens(said.reasoning) + estimateTokens(said.text));
  const reasoning = Math.min(told ?? Math.round(server.completion_tokens * share), server.completion_tokens);
  const reused = Math.min(server.prompt_tokens_details?.cached_tokens ?? 0, server.prompt_tokens);
  return {
    prompt: server.prompt_tokens,
    reused,
    evaluated: server.prompt_tokens - reused,
    reply: server.completion_tokens - reasoning,
    reasoning,
    exact: said.reasoning === '' || typeof told === 'number',
  };
}
