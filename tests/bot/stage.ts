// A whole bot for tests: real memory, queue and personas; the model is given, Discord is a list of what was shown.
import { createHash } from 'node:crypto';
import type { Backend, BackendFacts } from '../../src/backends/backend.ts';
import type { Bot } from '../../src/bot/bot.ts';
import { ChannelQueue } from '../../src/bot/channel-queue.ts';
import { EditGovernors } from '../../src/bot/edit-governor.ts';
import type { IncomingMessage } from '../../src/bot/incoming.ts';
import type { FinishedReply, Outgoing } from '../../src/bot/outgoing.ts';
import { createTokenCounter } from '../../src/bot/token-counter.ts';
import type { ReplyPart, ReplyRequest, Usage } from '../../src/chat.ts';
import { silentLog } from '../../src/log.ts';
import { openStore } from '../../src/memory/open-store.ts';
import { openRecords } from '../../src/memory/records.ts';
import { openSessions } from '../../src/memory/session.ts';
import { openSettings } from '../../src/memory/settings.ts';
import type { PersonaSet } from '../../src/personas/load-personas.ts';
import type { Persona } from '../../src/personas/persona.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';

export const NO_USAGE: Usage = {
  prompt: 0,
  reused: 0,
  evaluated: 0,
  reply: 0,
  reasoning: 0,
  exact: true,
  ms: { queue: 0, prompt: 0, generate: 0 },
};

export function makePersona(over: Partial<Persona> = {}): Persona {
  const persona = {
    id: 'sunny',
    name: 'Sunny',
    description: 'A gardener.',
    scenario: '',
    instructions: 'You are {{char}}.',
    greeting: '',
    examples: '',
    sampling: DEFAULT_SAMPLING,
    thinking: 'off' as const,
    template: 'auto',
    layout: 'auto' as const,
    backend: 'default',
    rating: 'general' as const,
    triggers: { mention: true, reply: true, name: true, always: false, chance: 0 },
    knowledge: [],
    ...over,
  };
  return { ...persona, hash: createHash('sha256').update(JSON.stringify(persona)).digest('hex').slice(0, 16) };
}

export function personaSet(...personas: Partial<Persona>[]): PersonaSet {
  const all = personas.map(makePersona);
  return {
    all: () => all,
    find: (name) =>
      all.find((persona) => [persona.id, persona.name].some((known) => known.toLowerCase() === name.toLowerCase())),
  };
}

/** A model that says what the test scripts, part by part. It keeps every request in `requests`. */
export function scriptedBackend(
  script: (request: ReplyRequest, signal: AbortSignal) => AsyncIterable<ReplyPart>,
  facts: Partial<BackendFacts> = {},
): Backend & { requests: ReplyRequest[] } {
  const requests: ReplyRequest[] = [];
  return {
    name: 'scripted',
    requests,
    describe: async () => ({
      input: 'messages',
      model: { name: 'scripted', stage: 'chat', censored: true },
      contextTokens: 8_192,
      honours: [],
      flavour: 'scripted',
      ...facts,
    }),
    reply(request, signal) {
      requests.push(request);
      return script(request, signal);
    },
    countTokens: async (texts) => ({ counts: texts.map((text) => Math.ceil(text.length / 4)), exact: false }),
    close: async () => undefined,
  };
}

/** A script that says these texts and ends. */
export async function* saying(...texts: string[]): AsyncGenerator<ReplyPart> {
  for (const text of texts) yield { type: 'text', text };
  yield { type: 'end', reason: 'complete', usage: NO_USAGE };
}

export async function createTestBot(backend: Backend, over: Partial<Bot> = {}): Promise<Bot & { close(): Promise<void> }> {
  const store = await openStore('memory:');
  let seed = 0;
  return {
    personas: personaSet({}),
    house: () => ({ system: 'Be kind.', sealed: [], language: 'en' }),
    channelRule: () => ({}),
    defaultPersona: 'sunny',
    backend: () => backend,
    store,
    sessions: openSessions(store),
    settings: openSettings(store),
    records: openRecords(store),
    tokenCounter: createTokenCounter(),
    admission: new ChannelQueue(1_000),
    answers: new ChannelQueue(8),
    governors: new EditGovernors(Date.now),
    demo: false,
    log: silentLog(),
    now: Date.now,
    randomSeed: () => {
      seed += 1;
      return seed;
    },
    stopping: new AbortController().signal,
    close: () => store.close(),
    ...over,
  };
}

let lastId = 0;

export function makeMessage(text: string, over: Partial<IncomingMessage> = {}): IncomingMessage {
  lastId += 1;
  return {
    id: `m${lastId}`,
    channel: { id: 'discord-1', shared: true, ageRestricted: false },
    author: { id: '7', name: 'Mina', isBot: false },
    text,
    mentionsBot: true,
    repliesToBot: false,
    source: 'discord-message',
    at: Date.now(),
    ...over,
  };
}

export type Shown = { id: string; nonce: string; texts: string[]; removed: boolean };

/** A place that keeps what was shown in it. `finishes` holds every whole answer. */
export function recordingOutgoing(over: Partial<Outgoing> = {}): Outgoing & {
  shown: Shown[];
  notices: string[];
  typed: number;
  finishes: FinishedReply[];
} {
  const shown: Shown[] = [];
  const notices: string[] = [];
  const finishes: FinishedReply[] = [];
  return {
    shown,
    notices,
    finishes,
    typed: 0,
    maxLength: 2_000,
    pace: { limit: 1_000, windowMs: 1, floorMs: 0 },
    async showTyping() {
      this.typed += 1;
    },
    async post(text, nonce) {
      const id = `s${shown.length + 1}`;
      shown.push({ id, nonce, texts: [text], removed: false });
      return id;
    },
    async edit(messageId, text) {
      shown.find((message) => message.id === messageId)?.texts.push(text);
    },
    async remove(messageId) {
      const message = shown.find(({ id }) => id === messageId);
      if (message) message.removed = true;
    },
    async notify(text) {
      notices.push(text);
    },
    annotate: (text, notes) => [text, ...notes.map((note) => `-# ${note}`)].join('\n'),
    finished: (reply) => finishes.push(reply),
    ...over,
  };
}
