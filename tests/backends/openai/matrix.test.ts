// Families of models × flavours of servers × thinking, off, low and full: the real backend against a server of each flavour that runs
// a model of each family. What people see must be the reply, the whole reply and nothing but the reply.
import { afterAll, describe, expect, test } from 'vitest';
import type { Sampling, Thinking } from '../../../src/chat.ts';
import { FAMILIES } from '../../llm-double/families/families.ts';
import { type Family, STOPS } from '../../llm-double/families/family.ts';
import { startFlavourDouble } from '../../llm-double/flavour-double.ts';
import type { Flavour } from '../../llm-double/flavours/flavour.ts';
import { FLAVOURS } from '../../llm-double/flavours/flavours.ts';
import { VARIANTS } from '../../llm-double/flavours/variants.ts';
import { type Finding, judgeDials, judgeLimit, judgeReply, summarise } from '../../llm-double/judge.ts';
import { ask, openFlavour } from './matrix-ask.ts';

const THINKING: readonly Thinking[] = ['off', 'low', 'full'];
/** Dials that few servers know, turned to something. */
const KEYED: Partial<Sampling> = {
  dry: { multiplier: 0.8, base: 2, allowedLength: 3, range: 0, breakers: ['\n'] },
  xtc: { probability: 0.25, threshold: 0.2 },
  logitBias: { ' delve': false, '42': 5 },
};
/** More than any reply of the double has, and far less than its thoughts. */
const ROOM = 60;
const LITTLE_ROOM = 10;

type Cell = { flavour: Flavour; family: Family; thinking: Thinking; variety: number };

const found: (Finding & { cell: string })[] = [];
let cells = 0;
let refusals = 0;

afterAll(() => {
  const servers = `(${FLAVOURS.length} flavours + ${VARIANTS.length} variants)`;
  const size = `${FAMILIES.length} families × ${servers} × ${THINKING.length} ways to think = ${cells} cells`;
  console.log(`matrix: ${size}, ${cells * 2} replies, ${refusals} refusals recovered from: ${summarise(found)}`);
});

describe.each([...FLAVOURS, ...VARIANTS])('$name', (flavour) => {
  test.each(FAMILIES.map((family, variety) => ({ family, variety, name: family.name })))(
    'shows the whole reply of $name and nothing of its thoughts, thinking off, low and full',
    async ({ family, variety }) => {
      const findings: string[] = [];
      for (const thinking of THINKING) {
        for (const { kind, detail } of await judgeCell({ flavour, family, thinking, variety })) {
          const cell = `${flavour.name}, ${family.name}, thinking ${thinking}`;
          found.push({ cell, kind, detail });
          findings.push(`${thinking}: ${kind}: ${detail}`);
        }
      }
      expect(findings, findings.join('\n')).toEqual([]);
    },
  );
});

/** Two replies in a row: one that has room for all, with the stop strings of the scene; and one that has little room. */
async function judgeCell({ flavour, family, thinking, variety }: Cell): Promise<Finding[]> {
  const double = await startFlavourDouble({ flavour, family, variety, pieces: 1500, blanks: true });
  const backend = openFlavour(double);
  try {
    const whole = await ask(backend, double, { thinking, dials: { maxTokens: ROOM, stop: STOPS, ...KEYED } });
    const short = await ask(backend, double, { thinking, dials: { maxTokens: LITTLE_ROOM, stop: [], ...KEYED } });
    const { honours } = await backend.describe();
    cells += 1;
    refusals += whole.exchanges.filter(({ refusal }) => refusal !== undefined).length;
    return [
      ...judgeReply(family, whole),
      ...judgeLimit(family, short, LITTLE_ROOM),
      ...judgeDials({ honours, ...short.asked }, short.exchanges.at(-1)),
    ];
  } finally {
    await backend.close();
    await double.close();
  }
}
