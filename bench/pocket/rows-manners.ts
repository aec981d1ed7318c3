import { type Case, inTurn, type Makings, MEMBER, type Study, times } from './case.ts';
import { holdsValue } from './judge.ts';

const WHO_ARE_YOU = ['who_are_you', 'your_name'];
/** What fits no persona's world: here a small model goes astray first. */
const FAR_FROM_TOPIC = ['world_question', 'gibberish', 'anything'];
const RENAMED = ['rook', 'marlow', 'sunny'];

/** Whether the persona goes by the name in its prompt, and whether replies come to an end whatever was said. */
export function mannersStudies(makings: Makings): Study[] {
  return [
    {
      name: 'unseen-name',
      own: false,
      figures: [{ row: 'unseen-name', counts: 'named', best: 'high', target: 0.95 }],
      cases: (count) => unseenNames(makings, count),
    },
    // Its figures are of all replies of the run: measure.ts counts them.
    { name: 'ends', own: true, figures: [], cases: (count) => offTopic(makings, count) },
  ];
}

/** Invented personas in two cases of three; a shipped one under another name in the third. */
function unseenNames({ english, houses, speech }: Makings, count: number): Case[] {
  const mouth = speech('en', 'unseen-name');
  const renamed = english.filter(({ id }) => RENAMED.includes(id));
  return times(count, (index) => {
    const name = mouth.values.fact('name').value;
    const role = mouth.values.role();
    const shipped = inTurn(renamed, index);
    const invented = {
      ...shipped,
      ...{ id: 'invented', description: `${name} is ${role}.`, scenario: '', greeting: '', examples: '' },
      instructions: `You are {{char}}, ${role}.\nAnswer in one or two short sentences.`,
    };
    return {
      persona: index % 3 === 2 ? { ...shipped, name } : { ...invented, name },
      house: houses.en,
      shared: false,
      before: [],
      ask: { by: MEMBER, text: mouth.smallTalk([inTurn(WHO_ARE_YOU, index)]) },
      expects: name,
      judge: (reply) => ({ named: holdsValue(reply, name) }),
    };
  });
}

/** All personas, the Korean one in Korean. */
function offTopic({ english, korean, houses, speech }: Makings, count: number): Case[] {
  const mouths = { en: speech('en', 'ends'), ko: speech('ko', 'ends') };
  const personas = [...english, korean];
  return times(count, (index) => {
    const persona = inTurn(personas, index);
    const mouth = persona === korean ? mouths.ko : mouths.en;
    return {
      persona,
      house: houses.en,
      shared: false,
      before: [],
      ask: {
        by: MEMBER,
        text: Math.floor(index / personas.length) % 2 === 0 ? mouth.smallTalk(FAR_FROM_TOPIC) : mouth.smallTalk(),
      },
      expects: 'an end by itself',
      judge: () => ({}),
    };
  });
}
