// What every backend and every wrapper around one promises (src/backends/backend.ts), as one suite. What a real model says
// cannot be foreseen, so each check first asks the backend what it says and then provokes the case with that.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import type { ReplyPart, ReplyRequest, Sampling } from '../../src/chat.ts';
import { BackendError } from '../../src/errors.ts';

export type Subject = {
  backend: Backend;
  /** A request in the form the backend takes, whose reply runs on (at least 60 tokens) until maxTokens ends it. */
  request(text: string, over?: Partial<ReplyRequest>): ReplyRequest;
  /** how many replies the model is at work on now, where that can be seen */
  working?(): number;
  close(): Promise<void>;
};

type Heard = { parts: ReplyPart[]; texts: string[]; text: string; end: Extract<ReplyPart, { type: 'end' }> };

export function describeBackendContract(title: string, open: () => Promise<Subject>): void {
  describe(`the backend contract: ${title}`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    const never = new AbortController().signal;
    /** a request with some dials turned; greedy and short unless said otherwise */
    function ask(text: string, dials: Partial<Sampling> = {}, over: Partial<ReplyRequest> = {}): ReplyRequest {
      const request = subject.request(text, over);
      return { ...request, sampling: { ...request.sampling, temperature: 0, maxTokens: 32, stop: [], ...dials } };
    }
    const hear = (request: ReplyRequest, signal: AbortSignal = never) => listen(subject.backend, request, signal);

    test('describes itself with sensible facts', async () => {
      const facts = await subject.backend.describe();
      expect(subject.backend.name).not.toBe('');
      expect(['messages', 'pieces']).toContain(facts.input);
      expect(facts.model.name).not.toBe('');
      expect(['base', 'instruct', 'chat']).toContain(facts.model.stage);
      expect(typeof facts.model.censored).toBe('boolean');
      expect(Number.isInteger(facts.contextTokens)).toBe(true);
      expect(facts.contextTokens).toBeGreaterThanOrEqual(128);
      expect(facts.honours).toEqual(expect.arrayContaining(['temperature', 'maxTokens', 'topP', 'stop', 'seed']));
      expect(new Set(facts.honours).size).toBe(facts.honours.length);
      expect(facts.flavour).not.toBe('');
      expect(subject.request('Hello').rendered.input).toBe(facts.input);
    });

    test('yields text parts that are not empty, then exactly one end part', async () => {
      const { parts, texts, end } = await hear(ask('Tell me a story.'));
      expect(texts.length).toBeGreaterThan(1);
      expect(parts.every((part) => part.type === 'end' || part.text.length > 0)).toBe(true);
      expect(parts.filter((part) => part.type === 'end')).toHaveLength(1);
      expect(parts.at(-1)).toBe(end);
    });

    test('counts what it used', async () => {
      const { end } = await hear(ask('Tell me a story.'));
      const { ms, exact, ...counts } = end.usage;
      for (const count of [...Object.values(counts), ...Object.values(ms)]) {
        expect(Number.isFinite(count)).toBe(true);
        expect(count).toBeGreaterThanOrEqual(0);
      }
      expect(typeof exact).toBe('boolean');
      expect(counts.prompt).toBeGreaterThan(0);
      expect(counts.reused + counts.evaluated).toBe(counts.prompt);
      expect(counts.reply).toBeGreaterThan(0);
    });

    test('ends with reason length after maxTokens tokens', async () => {
      const short = await hear(ask('Tell me a story.', { maxTokens: 4 }));
      const longer = await hear(ask('Tell me a story.', { maxTokens: 24 }));
      expect([short.end.reason, longer.end.reason]).toEqual(['length', 'length']);
      expect(longer.text.length).toBeGreaterThan(short.text.length);
      expect(longer.text.startsWith(wholeCharacters(short.text))).toBe(true);
      if (short.end.usage.exact) expect(short.end.usage.reply).toBeLessThanOrEqual(4);
    });

    test('says the same again with the same seed, greedy and hot, and something else with another seed', async () => {
      const greedy = [await hear(ask('Once upon a time')), await hear(ask('Once upon a time'))];
      expect(greedy[0]?.text).toBe(greedy[1]?.text);
      const hot = (seed: number) => hear(ask('Once upon a time', { temperature: 1.5, topP: 1 }, { seed }));
      const [first, again, other] = [await hot(7), await hot(7), await hot(8)];
      expect(first.text).toBe(again.text);
      expect(other.text).not.toBe(first.text);
    });

    test('ends before a stop string and shows nothing of it', async () => {
      const { text } = await hear(ask('Tell me a story.'));
      const stop = inside(text);
      const stopped = await hear(ask('Tell me a story.', { stop: [stop] }));
      expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)));
      expect(stopped.end.reason).toBe('complete');
    });

    test('shows nothing of a stop string that spans parts', async () => {
      const { text, texts } = await hear(ask('Tell me a story.'));
      const stop = acrossParts(texts);
      const { text: shown } = await hear(ask('Tell me a story.', { stop: ['never said \u0007 by anyone', stop] }));
      expect(shown).toBe(text.slice(0, text.indexOf(stop)));
    });

    test('keeps nothing back when only the beginning of a stop string came', async () => {
      const { text } = await hear(ask('Tell me a story.'));
      const almost = `${wholeCharacters(text).slice(-2)}\u0007`;
      expect((await hear(ask('Tell me a story.', { stop: [almost] }))).text).toBe(text);
    });

    test('throws broken-reply when nothing visible was said', async () => {
      const { text } = await hear(ask('Tell me a story.'));
      const first = [...text][0] ?? '';
      const error = await failure(hear(ask('Tell me a story.', { stop: [first] })));
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({ failure: 'broken-reply', backend: subject.backend.name });
    });

    test('says nothing and ends aborted when it was aborted before it began', async () => {
      const { parts } = await hear(ask('Tell me a story.'), AbortSignal.abort());
      expect(parts).toHaveLength(1);
      expect(parts[0]).toMatchObject({ type: 'end', reason: 'aborted' });
    });

    test('ends aborted within one token when it is aborted in the middle', async () => {
      const stopping = new AbortController();
      const later: ReplyPart[] = [];
      let abortedAt = 0;
      for await (const part of subject.backend.reply(ask('Tell me a story.', { maxTokens: 60 }), stopping.signal)) {
        if (abortedAt > 0) later.push(part);
        if (abortedAt === 0 && part.type === 'text') {
          abortedAt = Date.now();
          stopping.abort();
        }
      }
      expect(Date.now() - abortedAt).toBeLessThan(1000);
      expect(later.at(-1)).toMatchObject({ type: 'end', reason: 'aborted' });
      expect(later.length).toBeLessThanOrEqual(2);
      await quiet(subject);
    });

    test('ends aborted when it is aborted while the reader waits', async () => {
      const stopping = new AbortController();
      const reading = hear(ask('Tell me a story.', { maxTokens: 60 }), stopping.signal);
      await wait(5);
      stopping.abort();
      expect((await reading).end.reason).toBe('aborted');
    });

    test('stops the model when the reader leaves, however often, and answers the next one whole', async () => {
      const before = await hear(ask('Tell me a story.'));
      for (let round = 0; round < 6; round++) {
        for await (const part of subject.backend.reply(ask('Tell me a story.', { maxTokens: 60 }), never)) {
          expect(part.type).not.toBe('end');
          break;
        }
      }
      await quiet(subject);
      expect((await hear(ask('Tell me a story.'))).text).toBe(before.text);
    });

    test('keeps two replies at once apart', async () => {
      const one = await hear(ask('The sea was calm.'));
      const two = await hear(ask('A fox sat by the road.'));
      const both = await Promise.all([hear(ask('The sea was calm.')), hear(ask('A fox sat by the road.'))]);
      expect(one.text).not.toBe(two.text);
      expect(both.map((heard) => heard.text)).toEqual([one.text, two.text]);
    });

    test('never splits a surrogate pair', async () => {
      for (let seed = 1; seed <= 4; seed++) {
        const { texts } = await hear(ask('🎭🎪🎨 안녕 👩‍👩‍👧', { temperature: 2, topP: 1, maxTokens: 60 }, { seed }));
        expect(texts.every((text) => text.isWellFormed())).toBe(true);
      }
    });

    test('counts tokens: none in nothing, more in more, in the order asked', async () => {
      const texts = ['', 'Hello', 'Hello there, how are you this fine morning?', '안녕하세요', ''];
      const { counts, exact } = await subject.backend.countTokens(texts);
      const [empty, word, sentence, korean, last] = counts;
      expect(typeof exact).toBe('boolean');
      expect(counts).toHaveLength(texts.length);
      expect([empty, last]).toEqual([0, 0]);
      expect(counts.every(Number.isInteger)).toBe(true);
      expect(word).toBeGreaterThan(0);
      expect(korean).toBeGreaterThan(0);
      expect(sentence).toBeGreaterThan(word ?? Number.POSITIVE_INFINITY);
      expect((await subject.backend.countTokens([])).counts).toEqual([]);
    });

    test('can be closed twice', async () => {
      const other = await open();
      await other.backend.describe();
      await other.backend.close();
      await expect(other.backend.close()).resolves.toBeUndefined();
      await other.close();
    });
  });
}

async function listen(backend: Backend, request: ReplyRequest, signal: AbortSignal): Promise<Heard> {
  const parts: ReplyPart[] = [];
  for await (const part of backend.reply(request, signal)) parts.push(part);
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const end = parts.at(-1);
  if (end?.type !== 'end') throw new Error(`The last part is ${JSON.stringify(end)}, no end part.`);
  return { parts, texts, text: texts.join(''), end };
}

function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => Promise.reject(new Error(`It did not fail but gave ${JSON.stringify(value)}.`)),
    (error: unknown) => error,
  );
}

/** The text without what a cut inside a character leaves at its end. */
function wholeCharacters(text: string): string {
  return text.replace(/[\ufffd\s]+$/u, '');
}

/** A few characters from the inside of the text, whose first place is not its beginning. */
function inside(text: string): string {
  for (let at = Math.floor(text.length / 2); at < text.length - 3; at++) {
    const piece = text.slice(at, at + 3);
    if (usable(piece, text)) return piece;
  }
  throw new Error(`No stop string can be made from ${JSON.stringify(text)}.`);
}

/** The end of one part with the beginning of the next. */
function acrossParts(texts: readonly string[]): string {
  const text = texts.join('');
  for (let index = Math.floor(texts.length / 2); index < texts.length; index++) {
    const piece = `${texts[index - 1]?.slice(-1)}${texts[index]?.slice(0, 2)}`;
    if (usable(piece, text)) return piece;
  }
  throw new Error(`No stop string spans the parts ${JSON.stringify(texts)}.`);
}

/** Visible text must stand before it, and it must be made of whole characters. */
function usable(piece: string, text: string): boolean {
  const whole = piece.length > 1 && piece.isWellFormed() && !piece.includes('\ufffd');
  return whole && text.slice(0, text.indexOf(piece)).trim() !== '';
}

/** Waits until the model is at work on nothing more, where that can be seen; soon, or the test fails. */
async function quiet(subject: Subject): Promise<void> {
  const { working } = subject;
  if (!working) return;
  for (let waited = 0; waited < 500 && working() > 0; waited += 5) await wait(5);
  expect(working()).toBe(0);
}
