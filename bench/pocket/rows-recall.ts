import { type Case, type Figure, inTurn, type Line, type Makings, MEMBER, type Study, times } from './case.ts';
import { KINDS } from './corpus.ts';
import { holdsValue, saysNotTold } from './judge.ts';
import { saysKindNotTold } from './not-told.ts';
import type { Session } from './own-words.ts';
import type { Speech } from './speech.ts';
import type { Fact } from './values.ts';

const SIX = 6;
const THREE = 3;
const FAR_TOKENS = 3_000;
/** about what an exchange of small talk takes; the count itself is exact */
const EXCHANGE_TOKENS = 45;

const recalled = (row: string, target: number): Figure => ({ row, counts: 'recalled', best: 'high', target });

/** Facts told and asked for again: one turn back, behind small talk, 3,000 tokens back, and with the history left out. */
export function recallStudies(makings: Makings): Study[] {
  return [
    {
      name: 'recall-1',
      own: true,
      figures: [recalled('recall-1', 0.95)],
      cases: (count) => tellAndAsk(makings, makings.speech('en', 'recall-1'), { count, turns: 0 }),
    },
    {
      name: 'recall-other-words',
      own: false,
      figures: [{ row: 'recall-other-words', counts: 'recalled', best: 'high' }],
      cases: (count) => tellAndAsk(makings, makings.otherWords('recall-1'), { count, turns: 0 }),
    },
    {
      name: 'recall-6',
      own: true,
      figures: [recalled('recall-6', 0.9)],
      cases: (count) => tellAndAsk(makings, makings.speech('en', 'recall-6'), { count, turns: SIX }),
    },
    {
      name: 'recall-3000',
      own: false,
      figures: [recalled('recall-3000', 0.85)],
      cases: (count) => farBack(makings, count),
    },
    {
      name: 'forgets',
      own: false,
      figures: [
        { row: 'forgets', counts: 'holds', best: 'low', target: 0.05 },
        { row: 'forgets-not-told', counts: 'notTold', best: 'high', target: 0.95 },
      ],
      // The very questions of recall-1, asked of a model that was told nothing.
      cases: (count) => tellAndAsk(makings, makings.speech('en', 'recall-1'), { count, turns: 0, forgotten: true }),
    },
    {
      name: 'korean-recall',
      own: true,
      figures: [recalled('korean-recall', 0.9)],
      cases: (count) => inKorean(makings, count),
    },
  ];
}

/** `forgotten`: the same questions, with nothing before them. */
function tellAndAsk(makings: Makings, mouth: Speech, how: { count: number; turns: number; forgotten?: boolean }): Case[] {
  return times(how.count, (index) => {
    const fact = mouth.values.fact(inTurn(KINDS, index));
    const before = [said(mouth.tell(fact)), ...times(how.turns, () => said(mouth.smallTalk()))];
    const session: Session = {
      persona: inTurn(makings.english, index),
      house: makings.houses.en,
      before: how.forgotten ? [] : before,
      ask: said(mouth.ask(fact.kind, fact.pet)),
    };
    return {
      ...session,
      shared: false,
      expects: how.forgotten ? 'not told' : fact.value,
      judge: judgeOf(makings, session, fact),
    };
  });
}

/** As many under each of the two house texts that ship, and half of them with small talk in between. */
function inKorean(makings: Makings, count: number): Case[] {
  const { korean, houses, speech } = makings;
  const mouth = speech('ko', 'korean-recall');
  return times(count, (index) => {
    const fact = mouth.values.fact(inTurn(KINDS, index));
    const turns = Math.floor(index / KINDS.length) % 2 === 0 ? 0 : THREE;
    const session: Session = {
      persona: korean,
      house: Math.floor(index / (2 * KINDS.length)) % 2 === 0 ? houses.en : houses.ko,
      before: [said(mouth.tell(fact)), ...times(turns, () => said(mouth.smallTalk()))],
      ask: said(mouth.ask(fact.kind, fact.pet)),
    };
    return { ...session, shared: false, expects: fact.value, judge: judgeOf(makings, session, fact) };
  });
}

async function farBack(makings: Makings, count: number): Promise<Case[]> {
  const { english, houses, speech } = makings;
  const mouth = speech('en', 'recall-3000');
  const cases: Case[] = [];
  for (const index of times(count, (place) => place)) {
    const fact = mouth.values.fact(inTurn(KINDS, index));
    const persona = inTurn(english, index);
    const told: Line = { ...said(mouth.tell(fact)), answer: mouth.tookIn(persona, fact) };
    const session: Session = { persona, house: houses.en, before: [told], ask: said(mouth.ask(fact.kind, fact.pet)) };
    const made = { ...session, shared: false, expects: fact.value, judge: judgeOf(makings, session, fact) };
    cases.push(await pad(makings, mouth, { made, told }));
  }
  return cases;
}

/** Adds small talk until all that tells the fact stands at least 3,000 tokens before the reply. */
async function pad({ tokensAfter }: Makings, mouth: Speech, { made, told }: { made: Case; told: Line }): Promise<Case> {
  let padded = made;
  for (;;) {
    const tokensBack = await tokensAfter(padded, told.answer ?? told.text);
    if (tokensBack >= FAR_TOKENS) return { ...padded, tokensBack };
    const exchanges = Math.ceil((FAR_TOKENS - tokensBack) / EXCHANGE_TOKENS);
    const more = times(exchanges, (): Line => ({ by: MEMBER, ...mouth.exchange(made.persona) }));
    padded = { ...padded, before: [...padded.before, ...more] };
  }
}

/** `holds`: the value stands there, however that came; `recalled`: as something known. */
function judgeOf({ stocks }: Makings, session: Session, { kind, value }: Fact): Case['judge'] {
  return (reply) => {
    const holds = holdsValue(reply, value);
    const notTold = !holds && saysKindNotTold(reply, { kind, stocks: stocks(session) });
    return { holds, recalled: holds && !saysNotTold(reply), notTold };
  };
}

function said(text: string): Line {
  return { by: MEMBER, text };
}
