import { looksLike } from './look-alikes.ts';

/** The colon and what Unicode lists as drawn like it; the Lisu tone letter and the visargas only outside their own scripts. */
const COLON_SIGNS = ':：﹕︓∶꞉ː˸׃։⁚⩴︰᠄᠃᠉᛬⦂፡፥܃܄';
const COLON_LETTERS = 'ꓽःঃਃઃଃఃಃഃඃ';
const HOMES = 'Lisu Devanagari Bengali Gurmukhi Gujarati Oriya Telugu Kannada Malayalam Sinhala';
const AT_HOME = HOMES.split(' ').map((script) => `\\p{Script=${script}}`);
const EVERY_COLON = new RegExp(`[${COLON_SIGNS}]|(?<![${AT_HOME.join('')}])[${COLON_LETTERS}]`, 'gu');

/** Signs that are a letter in a frame. */
const FRAMED = '\\u24b6-\\u24e9\\u{1f110}-\\u{1f189}\\u{1f1e6}-\\u{1f1ff}';
/** What stands around and inside a name without hiding it from a reader: all but letters, digits and colons. */
const DRESS = new RegExp(`(?:[^\\p{L}\\p{N}\\p{M}:${FRAMED}]|\\p{Default_Ignorable_Code_Point})+`, 'gu');
const LETTER = new RegExp(`(?!\\p{Default_Ignorable_Code_Point})[\\p{L}${FRAMED}]`, 'u');
const LEADING_COLONS = /^:+/;
/** Accents, and circles and keycaps that enclose a letter. */
const ACCENTS = /[\p{Mn}\p{Me}]+/gu;
/** Of a name of signs only, what nobody sees, and Markdown. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800#>*_~`-]+/gu;
/** `a) `: the one mark of a list that is a letter */
const LETTERED = /^[^\p{L}\p{N}]{0,9}\p{L}[)\]]\s/u;

/** A word of one kind of case is what it says: `lan` is a network though `Ian` is drawn alike. `AIan` and `R00k` are not. */
const ORDINARY_WORD = /^(?:[a-z]+|[A-Z][a-z]+|[A-Z]+)$/;
const LATIN = /\p{Script=Latin}/u;
/** Letters of scripts that are not written inside Latin words, as Hangul and Han letters are. */
const FOREIGN = new RegExp(
  `[${'Cyrillic Greek Coptic Cherokee Armenian Georgian Lisu Canadian_Aboriginal Glagolitic Deseret Osage Tifinagh Vai Gothic Old_Italic'
    .split(' ')
    .map((script) => `\\p{Script=${script}}`)
    .join('')}]`,
  'u',
);

/** UTF-16 units that are compared, without dress: a name is shorter, however its letters are written. */
const READ_AT_MOST = 600;

/** What a reader may take a text for. `mixed`: its first words have letters of Latin and of a script that Latin words never have. */
export type Reading = { ways: readonly string[]; mixed: boolean };

/** The text with everything that is drawn like a colon as one, at its place: as long as before. */
export const withPlainColons = (text: string): string => text.replace(EVERY_COLON, ':');

/**
 * What a reader may take the beginning of a text for, to compare by: its letters, digits and colons, by what they are and by what they
 * look like. White space, what nobody sees, signs, quotes, brackets, Markdown and emoji fall away. The last way is for names of signs
 * only.
 */
export function readingOf(text: string): Reading {
  const plain = withPlainColons(text);
  const bare = plain.replace(DRESS, '').replace(LEADING_COLONS, '');
  const signs = plain.replace(UNSEEN, '').replace(LEADING_COLONS, '').slice(0, READ_AT_MOST);
  const letters = bare.replace(ACCENTS, '').slice(0, READ_AT_MOST);
  const [words = ''] = letters.split(':', 1);
  const isOrdinary = bare.startsWith(`${words}:`) && ORDINARY_WORD.test(words);
  return {
    ways: [
      bare.slice(0, READ_AT_MOST).normalize('NFKC').replace(DRESS, '').toLowerCase().normalize('NFKC'),
      isOrdinary ? '' : looksLike(letters).replace(DRESS, ''),
      signs.normalize('NFKC').replace(UNSEEN, '').toLowerCase(),
    ],
    mixed: LATIN.test(words) && FOREIGN.test(words),
  };
}

/** A text from its first letter on: without the bullet, the number or the time before it. */
export function fromLetter(text: string): string {
  const plain = text.replace(LETTERED, '');
  return plain.slice(Math.max(0, plain.search(LETTER)));
}

/** What a word's line begins with, in each way of reading it; nothing where that is empty. */
export const beginningOf = (word: string): string[] => readingOf(word).ways.map((way) => way && `${way}:`);

/** Whether a text that is read like this begins like that in one of the ways. */
export function begins({ ways, mixed }: Reading, beginning: readonly string[]): boolean {
  return beginning.some((start, way) => {
    const shown = ways[way] ?? '';
    return start !== '' && (shown.startsWith(start) || (mixed && way === 1 && passesAs(shown, start)));
  });
}

/** `Ꭱook` is read as `rook`, though nobody can list every letter that is drawn like a Latin one: in a Latin word, any foreign one is. */
function passesAs(shown: string, start: string): boolean {
  const letters = Array.from(shown.slice(0, 2 * start.length));
  const wanted = Array.from(start);
  const same = wanted.filter((letter, at) => letters[at] === letter).length;
  const isAny = (letter: string, at: number) =>
    letters[at] === letter || (/[a-z]/.test(letter) && FOREIGN.test(letters[at] ?? ''));
  return 2 * same > wanted.length && wanted.every(isAny);
}
