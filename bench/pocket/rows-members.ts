import { type Case, inTurn, type Line, type Makings, MEMBER, type Study, times } from './case.ts';
import { KINDS, type Kind } from './corpus.ts';
import { holdsValue, saysNotTold } from './judge.ts';
import { saysKindNotTold } from './not-told.ts';
import type { Session } from './own-words.ts';
import type { Speech } from './speech.ts';
import type { Fact } from './values.ts';

const MOST_OTHER_FACTS = 3;
const MOST_TURNS_BETWEEN = 2;

/** What must be told apart: two members' facts, a correction and what it corrects, what was told and what was not. */
export function distinctionStudies(makings: Makings): Study[] {
  return [
    {
      name: 'two-members',
      own: false,
      figures: [
        { row: 'two-members-confused', counts: 'confused', best: 'low', target: 0.05 },
        // No target of the but our own: who never answers confuses nobody.
        { row: 'two-members-right', counts: 'right', best: 'high', target: 0.85 },
      ],
      cases: (count) => twoMembers(makings, count),
    },
    {
      name: 'corrections',
      own: false,
      figures: [{ row: 'corrections', counts: 'honoured', best: 'high', target: 0.9 }],
      cases: (count) => corrections(makings, count),
    },
    {
      name: 'not-told',
      own: false,
      figures: [{ row: 'not-told', counts: 'notTold', best: 'high', target: 0.95 }],
      cases: (count) => notTold(makings, count),
    },
  ];
}

/** In a quarter of the cases the question is about the other one. Names are left out: in a channel everybody's stands there. */
function twoMembers({ english, houses, speech }: Makings, count: number): Case[] {
  const mouth = speech('en', 'two-members');
  const kinds = mouth.kindsOfOthers(KINDS);
  return times(count, (index) => {
    const [asker, other] = members(mouth);
    const kind = inTurn(kinds, index);
    const own = mouth.values.fact(kind, [asker, other]);
    const others = mouth.values.fact(kind, [asker, other, own.value]);
    const told = [line(asker, mouth.tell(own)), line(other, mouth.tell(others))];
    const aboutOther = index % 4 === 3;
    const [wanted, wrong] = aboutOther ? [others, own] : [own, others];
    return {
      persona: inTurn(english, index),
      house: houses.en,
      shared: true,
      before: Math.floor(index / 4) % 2 === 0 ? told : told.toReversed(),
      ask: line(asker, aboutOther ? mouth.askAbout(kind, others.pet, other) : mouth.ask(kind, own.pet)),
      expects: `${wanted.value}, not ${wrong.value}`,
      judge: (reply) => {
        const confused = holdsValue(reply, wrong.value);
        return { confused, right: holdsValue(reply, wanted.value) && !confused && !saysNotTold(reply) };
      },
    };
  });
}

function corrections({ english, houses, speech }: Makings, count: number): Case[] {
  const mouth = speech('en', 'corrections');
  return times(count, (index) => {
    const first = mouth.values.fact(inTurn(KINDS, index));
    const second = { ...mouth.values.fact(first.kind, [first.value]), pet: first.pet };
    // Corrected at once in half of the cases, after some small talk in the others.
    const between = Math.floor(index / KINDS.length) % 2 === 0 ? 0 : 1 + mouth.dice.below(MOST_TURNS_BETWEEN);
    return {
      persona: inTurn(english, index),
      house: houses.en,
      shared: false,
      before: [
        line(MEMBER, mouth.tell(first)),
        ...smallTalk(mouth, between),
        line(MEMBER, mouth.correct(second, first.value)),
        ...smallTalk(mouth, mouth.dice.below(2)),
      ],
      ask: line(MEMBER, mouth.ask(second.kind, second.pet)),
      expects: `${second.value}, not ${first.value}`,
      judge: (reply) => ({
        honoured: holdsValue(reply, second.value) && !holdsValue(reply, first.value) && !saysNotTold(reply),
      }),
    };
  });
}

/** Other facts were told; in half of the cases another member told the very one that is asked for. */
function notTold(makings: Makings, count: number): Case[] {
  const mouth = makings.speech('en', 'not-told');
  return times(count, (index) => (Math.floor(index / KINDS.length) % 2 === 0 ? alone : besideAnother)(makings, mouth, index));
}

function alone(makings: Makings, mouth: Speech, index: number): Case {
  const { english, houses } = makings;
  const kind = inTurn(KINDS, index);
  const told = otherFacts(mouth, kind, []);
  const session = {
    persona: inTurn(english, index),
    house: houses.en,
    before: told.map((fact) => line(MEMBER, mouth.tell(fact))),
    ask: line(MEMBER, mouth.ask(kind, mouth.values.fact(kind).pet)),
  };
  return { ...session, shared: false, ...silence(makings, session, { kind, told }) };
}

function besideAnother(makings: Makings, mouth: Speech, index: number): Case {
  const { english, houses } = makings;
  const [asker, other] = members(mouth);
  // Not the name: it stands before everything the asker says.
  const kind = inTurn(mouth.kindsOfOthers(KINDS), index);
  const others = mouth.values.fact(kind, [asker, other]);
  const told = otherFacts(mouth, kind, [asker, other, others.value]);
  const lines = [...told.map((fact) => line(asker, mouth.tell(fact))), line(other, mouth.tell(others))];
  const session = {
    persona: inTurn(english, index),
    house: houses.en,
    before: index % 2 === 0 ? lines : lines.toReversed(),
    ask: line(asker, mouth.ask(kind, others.pet)),
  };
  return { ...session, shared: true, ...silence(makings, session, { kind, told: [...told, others] }) };
}

/** One to three facts of other kinds. */
function otherFacts(mouth: Speech, asked: Kind, taken: readonly string[]): Fact[] {
  const kinds = KINDS.filter((kind) => kind !== asked);
  const facts: Fact[] = [];
  for (const kind of mouth.dice.sample(kinds, 1 + mouth.dice.below(MOST_OTHER_FACTS))) {
    facts.push(mouth.values.fact(kind, [...taken, ...facts.map(({ value }) => value)]));
  }
  return facts;
}

function silence(
  { stocks }: Makings,
  session: Session,
  { kind, told }: { kind: Kind; told: readonly Fact[] },
): Pick<Case, 'expects' | 'judge'> {
  return {
    expects: 'not told',
    judge: (reply) => ({
      notTold: saysKindNotTold(reply, { kind, stocks: stocks(session) }) && !told.some(({ value }) => holdsValue(reply, value)),
    }),
  };
}

function members(mouth: Speech): [string, string] {
  const first = mouth.values.fact('name').value;
  return [first, mouth.values.fact('name', [first]).value];
}

function smallTalk(mouth: Speech, count: number): Line[] {
  return times(count, () => line(MEMBER, mouth.smallTalk()));
}

function line(by: string, text: string): Line {
  return { by, text };
}
