// Run: node tools/pocket/prompts.ts > FILE. Prints what the shipped personas look like in a prompt, as the product composes it.
// Training reads it, so that Pocket meets in training what it meets in use.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChatMessage, Language } from '../../src/chat.ts';
import { DEFAULT_SYSTEM } from '../../src/config/default-house.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import type { Persona } from '../../src/personas/persona.ts';
import { compose } from '../../src/prompt/compose.ts';
import { layOut } from '../../src/prompt/layout.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const CORPUS = path.join(import.meta.dirname, 'corpus');
const LANGUAGES: readonly Language[] = ['en', 'ko'];
/** What stands for the persona's name in the printed prompts, so that training can put another one there. */
const NAME_SLOT = '{{char}}';

/** Texts hold `{{char}}` where the name stands. */
type PersonaPrompt = {
  name: string;
  /** the leading system segments: house, persona, the line about the examples */
  system: { house: string; persona: string; examples: string };
  /** the messages before the history: examples, then the greeting */
  opening: readonly ChatMessage[];
  sampling: Persona['sampling'];
};

/** persona id → language of the house → `direct` or `shared` → its prompt before anybody spoke. */
export type PromptBook = Record<string, Record<Language, Record<'direct' | 'shared', PersonaPrompt>>>;

/** The prompts of all shipped personas under the house text that ships. */
export async function shippedPrompts(): Promise<PromptBook> {
  const personas = await loadPersonas(path.join(ROOT, 'personas'));
  const book: PromptBook = {};
  for (const persona of personas.all()) {
    const inHouse = (language: Language) => ({
      direct: promptOf(persona, { language, shared: false }),
      shared: promptOf(persona, { language, shared: true }),
    });
    book[persona.id] = Object.fromEntries(LANGUAGES.map((language) => [language, inHouse(language)])) as PromptBook[string];
  }
  return book;
}

/** Changes when a shipped persona, the house text or the layout does: the model was trained on what had this hash. */
export async function promptsHash(): Promise<string> {
  return createHash('sha256')
    .update(JSON.stringify(await shippedPrompts()))
    .digest('hex');
}

/** Changes when the phrases do that training and bench draw from: with other ones the figures are of something else. */
export async function corpusHash(): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(CORPUS, { recursive: true })).filter((file) => file.endsWith('.yaml'));
  for (const file of files.map((name) => name.replaceAll('\\', '/')).sort()) {
    hash.update(`${file}\n${(await readFile(path.join(CORPUS, file), 'utf8')).replaceAll('\r\n', '\n')}`);
  }
  return hash.digest('hex');
}

type Place = { language: Language; shared: boolean };

function promptOf(persona: Persona, place: Place): PersonaPrompt {
  const open = promptWithName({ ...persona, name: NAME_SLOT }, place);
  const named = JSON.stringify(promptWithName(persona, place));
  if (JSON.stringify(open).replaceAll(NAME_SLOT, persona.name) !== named) {
    throw new Error(
      `${persona.id}: the name does not stand in the prompt by itself, so that no other can be put in its place.`,
    );
  }
  return { ...open, name: persona.name };
}

function promptWithName(persona: Persona, { language, shared }: Place): PersonaPrompt {
  const house = { language, system: DEFAULT_SYSTEM[language], sealed: [] };
  const segments = compose({ house, persona, turns: [], message: { text: 'x', name: 'x' }, shared });
  const { messages } = layOut(segments, { layout: 'chat', shared, char: persona.name, user: 'x' });
  const part = (layer: string) => segments.find((segment) => segment.layer === layer && segment.role === 'system')?.text ?? '';
  const system = { house: part('house'), persona: part('persona'), examples: part('examples') };
  const whole = Object.values(system).filter((text) => text !== '');
  if (messages[0]?.content !== whole.join('\n\n')) throw new Error(`${persona.id}: the system message is laid out otherwise.`);
  return { name: persona.name, system, opening: messages.slice(1, -1), sampling: persona.sampling };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const book = { hash: await promptsHash(), corpus: await corpusHash(), personas: await shippedPrompts() };
  process.stdout.write(`${JSON.stringify(book, null, 1)}\n`);
}
