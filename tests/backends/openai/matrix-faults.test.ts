// Streams that break, on every flavour, in the middle of the thoughts and of the reply: a clear error, and never a thought shown.
import { describe, expect, test } from 'vitest';
import type { Thinking } from '../../../src/chat.ts';
import { BackendError } from '../../../src/errors.ts';
import { familyOf } from '../../llm-double/families/families.ts';
import { type Family, STOPS } from '../../llm-double/families/family.ts';
import { startFlavourDouble } from '../../llm-double/flavour-double.ts';
import type { Flavour } from '../../llm-double/flavours/flavour.ts';
import { FLAVOURS } from '../../llm-double/flavours/flavours.ts';
import { leaks } from '../../llm-double/judge.ts';
import type { Fault } from '../../llm-double/send-frames.ts';
import { ask, openFlavour } from './matrix-ask.ts';

/** Only a stream that falls silent is waited for in vain. */
const QUICK = { timeouts: { stallMs: 1500 } };

type Tried = { flavour: Flavour; family: Family; fault: Fault; thinking: Thinking };

async function tryFault({ flavour, family, fault, thinking }: Tried) {
  const double = await startFlavourDouble({ flavour, family, fault, pieces: 300 });
  const backend = openFlavour(double, fault.kind === 'hang' ? QUICK : {});
  try {
    return await ask(backend, double, { thinking, dials: { maxTokens: 60, stop: STOPS } });
  } finally {
    await backend.close();
    await double.close();
  }
}

const FAULTS = [
  ['is reset', { kind: 'reset' }],
  ['ends without its end mark', { kind: 'end' }],
  ['falls silent', { kind: 'hang' }],
  ['brings an error', { kind: 'error', message: 'CUDA out of memory' }],
] as const;

describe.each(FLAVOURS.map((flavour) => [flavour.name, flavour] as const))('%s', (_, flavour) => {
  test.each(FAULTS)(
    'a stream that %s in the middle of the thoughts is an error, and shows nothing of them',
    async (_how, fault) => {
      const broken = { flavour, fault: { ...fault, after: 60 }, thinking: 'full' } as const;
      const names = ['Qwen3', 'Qwen3-Thinking', 'gpt-oss'];
      const tried = await Promise.all(names.map((name) => tryFault({ ...broken, family: familyOf(name) })));
      for (const { text, error, end } of tried) {
        expect(error).toBeInstanceOf(BackendError);
        expect({ text: text.trim(), end }).toEqual({ text: '', end: undefined });
      }
    },
  );

  test.each(FAULTS)('a stream that %s in the middle of the reply keeps what was said and is broken', async (_how, fault) => {
    const family = familyOf('Llama 3.3');
    const { text, error } = await tryFault({ flavour, family, fault: { ...fault, after: 14 }, thinking: 'off' });
    expect(error).toMatchObject({ failure: 'broken-reply' });
    expect(text.length).toBeGreaterThan(5);
    expect(family.reply.startsWith(text.trimEnd())).toBe(true);
    expect(leaks(family, text)).toEqual([]);
  });
});
