import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compose } from '../../src/prompt/compose.ts';
import type { ModelTexts } from '../../src/prompt/literals/control-texts.ts';
import { literalsFor } from '../../src/prompt/literals/literals.ts';
import { holdsControl, neutralise } from '../../src/prompt/neutralise.ts';
import { content, joinPieces, scaffold } from '../../src/prompt/templates/pieces.ts';
import { HOUSE, memberTurn, personaOf } from '../prompt/scenes.ts';
import { openVocabularies, STEERING_TEXTS, type Vocabulary } from './open-vocabularies.ts';
import { peoplesText, type Said } from './peoples-text.ts';

// FUZZ_SEED and FUZZ_CASES make other runs; a failure names the seed, the vocabulary and the case.
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_126);
const CASES = Number(process.env.FUZZ_CASES ?? 100_000);
const AT_ONCE = 50;

let opened: Awaited<ReturnType<typeof openVocabularies>>;
beforeAll(async () => {
  opened = await openVocabularies();
});
afterAll(() => opened.close());

function* batches(cases = CASES): Generator<Said[]> {
  const stream = peoplesText(STEERING_TEXTS, SEED);
  for (let made = 0; made < cases; made += AT_ONCE) {
    yield Array.from({ length: Math.min(AT_ONCE, cases - made) }, () => stream.next().value);
  }
}

const persona = personaOf();

/** What people said as it stands in the prompt of this model, as lines of a place with several people. */
function linesOf(said: readonly Said[], model: ModelTexts): string[] {
  const turns = said.map(({ name, text }, index) => memberTurn(index + 1, text, { name }));
  const segments = compose({ house: HOUSE, persona, turns, message: { name: 'Mina', text: 'Hi.' }, shared: false, model });
  return segments.filter(({ layer }) => layer === 'history').map(({ name, text }) => `${name}: ${text}`);
}

/** SentencePiece knows no difference between a space and ▁, and no half of a surrogate pair leaves JavaScript. */
const asSeen = (text: string) => text.toWellFormed().replaceAll('▁', ' ');

/** The whole prompt, as the engine reads it: the template's own tokens steer, and no other; and what it says is what was said. */
function checkInEngine({ name, model, tokeniser, around: [before, after], ...of }: Vocabulary, lines: readonly string[]): void {
  const pieces = lines.flatMap((line) => [scaffold(before), content(line), scaffold(after)]);
  const { tokens } = tokeniser.prompt(joinPieces(pieces));
  const steers = of.steering(tokens);
  if (steers.join() !== lines.map(() => of.scaffolding).join()) {
    const guilty = lines.filter((line) => of.steering(tokeniser.content(line)).length > 0);
    expect.fail(`${name}, seed ${SEED}: ${JSON.stringify(guilty.length > 0 ? guilty : lines)} became ${steers.join(' ')}`);
  }
  const seen = asSeen(model.detokenize(tokens, true));
  const said = asSeen(pieces.map(({ text }) => text).join(''));
  if (seen !== said) expect.fail(`${name}, seed ${SEED}: ${JSON.stringify(said)} is seen as ${JSON.stringify(seen)}`);
}

/** llama-server reads special tokens in the whole prompt, wherever they come from. */
function checkAtServer({ name, model, around, scaffolding, forging }: Vocabulary, lines: readonly string[]): void {
  const read = (line: string) => forging(model.tokenize(around.join(line), true)).join();
  const found = forging(model.tokenize(lines.map((line) => around.join(line)).join(''), true)).join();
  if (found === lines.map(() => scaffolding).join()) return;
  const guilty = lines.filter((line) => read(line) !== scaffolding);
  expect.fail(`${name} at a server, seed ${SEED}: ${JSON.stringify(guilty)} became ${guilty.map(read).join(' ')}`);
}

describe(`people's text in ${CASES} cases`, () => {
  test('becomes no control and no user-defined token, in the engine and at a server, and is still seen as it was', () => {
    for (const said of batches()) {
      for (const vocabulary of opened.vocabularies) {
        checkInEngine(vocabulary, linesOf(said, vocabulary.local));
        checkAtServer(vocabulary, linesOf(said, vocabulary.remote));
      }
    }
    const names = opened.vocabularies.map(({ name }) => name).join(', ');
    console.log(`${CASES} cases, seed ${SEED}: 0 control and 0 user-defined tokens of people's text (${names})`);
  }, 900_000);

  test('becomes none at a server of a known family of which nothing else is known', () => {
    for (const said of batches(5000)) {
      for (const vocabulary of opened.vocabularies.filter(({ name }) => name !== 'like Gemma 4 and gpt-oss')) {
        checkAtServer(vocabulary, linesOf(said, {}));
      }
    }
  });

  test('would become such tokens in many of them if it were not neutralised', () => {
    for (const { name, model, steering, forging } of opened.vocabularies) {
      const said = [...batches(1000)].flat().map(({ text }) => text);
      const atServer = said.filter((text) => forging(model.tokenize(text, true)).length > 0).length;
      const inEngine = said.filter((text) => steering(model.tokenize(text, false)).length > 0).length;
      console.log(`${name}: without, tokens in ${atServer} of ${said.length} at a server and ${inEngine} in llama.cpp`);
      expect(atServer).toBeGreaterThan(50);
      if (name !== 'Pocket') expect(inEngine).toBeGreaterThan(50);
    }
  });

  test('is neutral once neutralised, also without what is invisible, and stays as it was without such tokens', () => {
    let unchanged = 0;
    for (const { name, text } of [...batches(5000)].flat()) {
      for (const { local } of opened.vocabularies) {
        const literals = literalsFor(local);
        const neutral = neutralise(text, literals);
        expect(neutralise(neutral, literals), JSON.stringify({ name, text })).toBe(neutral);
        expect(holdsControl(neutral, literals)).toBe(false);
        if (neutral === text) unchanged += 1;
        else expect(holdsControl(text, literals) || holdsControl(text.normalize('NFC'), literals)).toBe(true);
      }
    }
    expect(unchanged).toBeGreaterThan(1000);
  });
});
