// The first thing that is heard of a model is a reply that its limit cut, before anything is known of its thoughts: all families × all
// flavours. People see the beginning of the reply, no more than was asked for, and nothing of a thought.
import { describe, expect, test } from 'vitest';
import type { Thinking } from '../../../src/chat.ts';
import { FAMILIES } from '../../llm-double/families/families.ts';
import type { Family } from '../../llm-double/families/family.ts';
import { startFlavourDouble } from '../../llm-double/flavour-double.ts';
import type { Flavour } from '../../llm-double/flavours/flavour.ts';
import { FLAVOURS } from '../../llm-double/flavours/flavours.ts';
import { VARIANTS } from '../../llm-double/flavours/variants.ts';
import { type Finding, judgeLimit } from '../../llm-double/judge.ts';
import { ask, openFlavour } from './matrix-ask.ts';

const LITTLE_ROOM = 10;

type Cell = { flavour: Flavour; family: Family; thinking: Thinking; variety: number };

async function judgeFirst({ thinking, ...served }: Cell): Promise<Finding[]> {
  const double = await startFlavourDouble({ ...served, pieces: 1500 });
  const backend = openFlavour(double);
  try {
    const first = await ask(backend, double, { thinking, dials: { maxTokens: LITTLE_ROOM, stop: [] } });
    // What a server refuses is not known yet.
    return judgeLimit(served.family, first, LITTLE_ROOM).filter(({ kind }) => kind !== 'refused again');
  } finally {
    await backend.close();
    await double.close();
  }
}

describe.each([...FLAVOURS, ...VARIANTS])('$name', (flavour) => {
  test.each(['off', 'low'] as const)('shows the beginning of every reply, thinking %s', async (thinking) => {
    for (const [variety, family] of FAMILIES.entries()) {
      const findings = await judgeFirst({ flavour, family, thinking, variety });
      expect(findings, `${family.name}: ${JSON.stringify(findings)}`).toEqual([]);
    }
  });
});
