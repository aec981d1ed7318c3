import type { ReplyRecord } from '../../src/chat.ts';
import type { NewTurn } from '../../src/memory/session.ts';

export function memberTurn(id: string, text: string, more: Partial<NewTurn> = {}): NewTurn {
  return {
    id,
    role: 'user',
    author: { kind: 'member', id: 'mina', name: 'Mina' },
    source: 'terminal',
    variants: [{ text, messageIds: [id] }],
    chosen: 0,
    at: 1_000,
    ...more,
  };
}

export function personaTurn(answers: string, text: string, more: Partial<NewTurn> = {}): NewTurn {
  return {
    id: `r${answers}`,
    role: 'assistant',
    author: { kind: 'persona', id: 'rook', name: 'Rook' },
    source: 'terminal',
    answers,
    variants: [{ text, messageIds: [`m${answers}`], end: 'complete' }],
    chosen: 0,
    at: 2_000,
    ...more,
  };
}

export function replyRecord(id: string, answers: string, more: Partial<ReplyRecord> = {}): ReplyRecord {
  return {
    id,
    session: 's',
    answers,
    persona: { name: 'Rook', hash: 'abc' },
    backend: 'default',
    model: 'pocket',
    template: 'chatml',
    layout: 'chat',
    sampling: {
      temperature: 1,
      maxTokens: 100,
      topP: 1,
      topK: 0,
      minP: 0,
      repeatPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      stop: [],
    },
    seed: 7,
    turns: { first: 1, last: 1, count: 1 },
    end: 'complete',
    usage: {
      prompt: 1,
      reused: 0,
      evaluated: 1,
      reply: 1,
      reasoning: 0,
      exact: true,
      ms: { queue: 0, prompt: 1, generate: 1 },
    },
    at: 3_000,
    ...more,
  };
}
