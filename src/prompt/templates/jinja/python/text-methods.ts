import { type Arguments, argument, textArgument, wholeArgument } from './arguments.ts';
import { isWhiteSpace, lengthOf, splitBounded, strip, textOf, WHITE_SPACE } from './python-text.ts';
import { checkCount, checkLength, checkSearch, checkWork, isText, itemsOf, text, UNDEFINED } from './values.ts';

type Method = (subject: string, args: Arguments) => unknown;

/**
 * The methods of Python's str that chat templates call. Each gives a plain value. Source: https://docs.python.org/3/library/stdtypes.html#string-methods
 */
export const TEXT_METHODS: Readonly<Record<string, Method>> = {
  strip: (subject, args) => strip(subject, {}, textArgument(args, 0, 'chars')),
  lstrip: (subject, args) => strip(subject, { end: false }, textArgument(args, 0, 'chars')),
  rstrip: (subject, args) => strip(subject, { start: false }, textArgument(args, 0, 'chars')),
  removeprefix: (subject, args) => {
    const prefix = needed(args, 'prefix');
    return subject.startsWith(prefix) ? subject.slice(prefix.length) : subject;
  },
  removesuffix: (subject, args) => {
    const suffix = needed(args, 'suffix');
    return suffix !== '' && subject.endsWith(suffix) ? subject.slice(0, -suffix.length) : subject;
  },
  split: (subject, args) => split(subject, textArgument(args, 0, 'sep'), wholeArgument(args, 1, 'maxsplit') ?? -1),
  rsplit: (subject, args) => splitBehind(subject, textArgument(args, 0, 'sep'), wholeArgument(args, 1, 'maxsplit') ?? -1),
  splitlines: (subject) => (subject === '' ? [] : split(subject.replace(/\r\n?/g, '\n').replace(/\n$/, ''), '\n', -1)),
  partition: (subject, args) => partAt(subject, needed(args, 'sep'), firstOf(subject, needed(args, 'sep'))),
  rpartition: (subject, args) => {
    const separator = needed(args, 'sep');
    const at = lastOf(subject, separator);
    return at === -1 ? ['', '', subject] : partAt(subject, separator, at);
  },
  replace: (subject, args) => replaceIn(subject, args),
  join: (subject, { positional }) => joined(itemsOf(positional[0] ?? UNDEFINED).map(textOf), subject),
  format: (subject, args) => format(subject, args),
  find: (subject, args) => placeOf(subject, firstOf(subject, needed(args, 'sub'))),
  rfind: (subject, args) => placeOf(subject, lastOf(subject, needed(args, 'sub'))),
  index: (subject, args) => {
    const at = firstOf(subject, needed(args, 'sub'));
    if (at === -1) throw new Error(`"${needed(args, 'sub')}" is not in the text`);
    return placeOf(subject, at);
  },
  count: (subject, args) => splitBounded(subject, needed(args, 'sub')).length - 1,
  capitalize,
  upper: (subject) => checkWork(subject).toUpperCase(),
  lower: (subject) => checkWork(subject).toLowerCase(),
  startswith: (subject, args) => beginnings(args).some((part) => subject.startsWith(part)),
  endswith: (subject, args) => beginnings(args).some((part) => subject.endsWith(part)),
  title: (subject) => title(subject, /\p{L}+/gu),
  swapcase: (subject) =>
    Array.from(checkWork(subject), (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ).join(''),
  casefold: (subject) => checkWork(subject).toLowerCase(),
  isdigit: (subject) => /^\p{Nd}+$/u.test(subject),
  isalpha: (subject) => /^\p{L}+$/u.test(subject),
  isalnum: (subject) => /^[\p{L}\p{N}]+$/u.test(subject),
  isspace: (subject) => isWhiteSpace(subject),
  isupper: (subject) => checkWork(subject) !== subject.toLowerCase() && subject === subject.toUpperCase(),
  islower: (subject) => checkWork(subject) !== subject.toUpperCase() && subject === subject.toLowerCase(),
  zfill: (subject, args) => {
    const width = wholeArgument(args, 0, 'width') ?? 0;
    return checkLength(width, subject).padStart(width, '0');
  },
};

/** The first character large, the others small. */
export function capitalize(subject: string): string {
  return checkWork(subject).slice(0, 1).toUpperCase() + subject.slice(1).toLowerCase();
}

/** Every word begins with a capital letter and goes on with small ones. */
export function title(subject: string, word: RegExp): string {
  return checkWork(subject).replace(word, (found) => found.slice(0, 1).toUpperCase() + found.slice(1).toLowerCase());
}

/** These texts with a separator between them. Throws, before it is made, when that would be too long. */
export function joined(texts: readonly string[], separator: string): string {
  const units = texts.reduce((sum, part) => sum + part.length + separator.length, 0);
  return checkLength(units, texts).join(separator);
}

function firstOf(subject: string, part: string): number {
  return checkSearch(subject, part).indexOf(part);
}

function lastOf(subject: string, part: string): number {
  return checkSearch(subject, part).lastIndexOf(part);
}

function needed(args: Arguments, name: string): string {
  const given = textArgument(args, 0, name);
  if (given === undefined) throw new Error(`${name} is missing`);
  return given;
}

/** One text, or a tuple of them. */
function beginnings({ positional }: Arguments): string[] {
  const [given] = positional;
  return isText(given) ? [given.value] : itemsOf(given ?? UNDEFINED).map(textOf);
}

function partAt(subject: string, separator: string, at: number): string[] {
  return at === -1 ? [subject, '', ''] : [subject.slice(0, at), separator, subject.slice(at + separator.length)];
}

function placeOf(subject: string, unit: number): number {
  return unit === -1 ? -1 : lengthOf(subject.slice(0, unit));
}

/** At white space, in runs, when no separator is given; at most `times` times, -1: everywhere. */
function split(subject: string, separator: string | undefined, times: number): string[] {
  if (separator === '') throw new Error('the separator is empty');
  const parts: string[] = [];
  let rest = separator === undefined ? strip(subject, { end: false }) : subject;
  while (times < 0 || parts.length < times) {
    const at = separator === undefined ? rest.search(WHITE_SPACE) : firstOf(rest, separator);
    if (at === -1) break;
    parts.push(rest.slice(0, at));
    checkCount(parts.length);
    rest = separator === undefined ? strip(rest.slice(at), { end: false }) : rest.slice(at + separator.length);
  }
  return separator === undefined && rest === '' ? parts : [...parts, rest];
}

function splitBehind(subject: string, separator: string | undefined, times: number): string[] {
  const parts = split(subject, separator, -1);
  if (times < 0 || parts.length <= times + 1) return parts;
  const tail = parts.slice(parts.length - times);
  const between = separator ?? ' ';
  return [subject.slice(0, subject.length - tail.join(between).length - between.length), ...tail];
}

/** Python's replace: everywhere, or the first `count` times; an empty text stands between all characters. */
export function replaceIn(subject: string, args: Arguments): string {
  const [old, fresh] = [textArgument(args, 0, 'old'), textArgument(args, 1, 'new')];
  if (old === undefined || fresh === undefined) throw new Error('replace wants a text and another in its place');
  const count = wholeArgument(args, 2, 'count') ?? -1;
  if (old !== '') return joined(split(subject, old, count), fresh);
  const between = ['', ...itemsOf(text(subject)).map(textOf), ''];
  if (count < 0 || count >= between.length) return joined(between, fresh);
  return joined([...between.slice(0, count), between.slice(count).join('')], fresh);
}

/** Python's format, for `{}`, `{0}` and `{name}` without a format of their own. */
function format(pattern: string, args: Arguments): string {
  let next = 0;
  const parts = splitBounded(pattern, /(\{\{|\}\}|\{\w*\})/).map((part) => {
    if (part === '{{' || part === '}}') return part.charAt(0);
    if (!/^\{\w*\}$/.test(part)) return part;
    const name = part.slice(1, -1);
    const place = name === '' ? next : Number(name);
    next += 1;
    const value = argument(args, Number.isNaN(place) ? -1 : place, name);
    if (value === undefined) throw new Error(`"${pattern}" wants a value for ${part}`);
    return textOf(value);
  });
  return joined(parts, '');
}
