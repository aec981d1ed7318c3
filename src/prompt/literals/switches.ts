import { isMarkup } from './control-texts.ts';
import { isNamed, mentions, namesOfContent, operandEnd, operandStart, readTemplate, type Token } from './read-template.ts';

/** Words that models obey in what is said though their template does not look for them: those whose thoughts can be switched off. */
const LEARNED: readonly string[] = ['/think', '/no_think', '/nothink'];
const HAS_LEARNED = ['enable_thinking', '<think>'];

/** What looks for a text in another: `content.endswith('/nothink')`, `content | replace('/think', '')`. */
const LOOKS_FOR: ReadonlySet<string> = new Set(
  'replace startswith endswith split rsplit find rfind index count partition rpartition removeprefix removesuffix'.split(' '),
);

/** UTF-16 units; such words are much shorter. */
const LONGEST = 60;
const SIGN_FIRST = /^[/<[{@#$%!:].*\p{L}/u;
const PHRASE = /^\p{L}[^:{}[\]"'`]* [^:{}[\]"'`]*$/u;

/**
 * Texts that a template looks for in what a message says, to do something else then than to show it: most of them switch thinking. What
 * is markup is among the control texts already. One word without a sign is left out: that is the name of a key (`'text' in content`).
 */
export function switchesOf(template: string): string[] {
  const { tokens } = readTemplate(template);
  const names = namesOfContent(tokens);
  const found = tokens.flatMap((token, at) => {
    if (token.type !== 'StringLiteral') return [];
    const text = token.value.trim();
    if (text.length > LONGEST || /[\n\r]/.test(text) || isMarkup(text)) return [];
    const isSwitch =
      (SIGN_FIRST.test(text) && (isAskedFor(tokens, at, names) || isLookedFor(tokens, at, names))) ||
      (PHRASE.test(text) && isAskedFor(tokens, at, names));
    return isSwitch ? [text] : [];
  });
  return [...new Set(found)];
}

/** Words of their own that the model obeys in what is said, without its template looking for them. */
export function learnedSwitchesOf(template: string): readonly string[] {
  return HAS_LEARNED.every((text) => template.includes(text)) ? LEARNED : [];
}

/** `'/think' in content`, `'/think' not in content` */
function isAskedFor(tokens: readonly Token[], at: number, names: ReadonlySet<string>): boolean {
  const after = isNamed(tokens[at + 1], 'not') ? at + 2 : at + 1;
  return isNamed(tokens[after], 'in') && mentions(tokens, [after + 1, operandEnd(tokens, after + 1)], names);
}

/** `content.replace('/think', '')`, `content | replace('/think', '')` */
function isLookedFor(tokens: readonly Token[], at: number, names: ReadonlySet<string>): boolean {
  const [link, method, bracket] = tokens.slice(Math.max(0, at - 3), at);
  const isCall = bracket?.type === 'OpenParen' && LOOKS_FOR.has(method?.value ?? '');
  if (!isCall || (link?.type !== 'Dot' && link?.type !== 'Pipe')) return false;
  return mentions(tokens, [operandStart(tokens, at - 3), at - 3], names);
}
