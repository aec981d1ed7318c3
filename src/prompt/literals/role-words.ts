import { blocksOf, isNamed, isWord, mentions, namesOfContent, operandEnd, readTemplate, type Token } from './read-template.ts';

/** Words that say who speaks wherever they stand at the beginning of a line. */
const ROLES = /^(?:user|assistant|system|human|model|tool|bot|developer|ai|gpt)$/i;
/** The roles that a conversation has, for templates that write a message's own. */
const WRITTEN_ROLES = ['system', 'user', 'assistant'];
/** The same as a template may spell them: `m.role.upper()`, `m.role | capitalize`. */
const SPELT_ROLES = WRITTEN_ROLES.flatMap((name) => [name, name[0]?.toUpperCase() + name.slice(1), name.toUpperCase()]);
const ROLE: ReadonlySet<string> = new Set(['role']);
/** What a branch asks where roles are told apart, or the model is let speak. */
const CHOSEN_BY: ReadonlySet<string> = new Set(['role', 'add_generation_prompt']);
const BRANCHES = ['if', 'elif', 'else'];

/** A line that only says who speaks next: up to three words and a colon, where the text ends or a line does. */
const WORD = '[\\p{L}\\p{N}]{1,30}';
const WORDS = `${WORD}(?: ${WORD}){0,2}`;
const ROLE_LINE = new RegExp(`(?:^|\\n)[ \\t]{0,8}#{0,4} ?(${WORDS}) ?[:：] ?(?=\\n|$)`, 'gu');
const LAST_LINE = new RegExp(`(?:^|\\n)[ \\t]{0,8}#{0,4} ?(${WORDS}) ?[:：]\\s{0,8}$`, 'u');
/** What stands before a role that the template takes from the message, and the colon after it. */
const BEFORE_ROLE = new RegExp(`(?:^|\\n)[ \\t]{0,8}#{0,4} ?((?:${WORD} ){0,2})$`, 'u');
const AFTER_ROLE = /^ ?[:：]\s{0,8}$/;

type Said = 'role' | 'content' | 'other';
/** What a template writes, one after the other, as far as it matters here; `byRole`: chosen by who speaks, or to let the model speak. */
export type Step =
  | { kind: 'text'; text: string; byRole?: boolean }
  | { kind: Said /** of a variable, the first one */; name: string }
  | { kind: 'branch'; byRole: boolean };

/**
 * The words by which a template without control tokens parts the roles, like `USER` or `### Response`, without the signs. A line of
 * one word and a colon is taken for that where the word is a role's; any other where the template says it beside a message's
 * content or chooses it by role. Templates have many such lines that tell of tools (`Type:`), which people write as well.
 */
export function roleWordsOf(template: string): string[] {
  const { tokens, texts } = readTemplate(template);
  const steps = stepsOf(tokens, namesOfContent(tokens));
  const lines = texts.flatMap((text) => Array.from(text.matchAll(ROLE_LINE), ([, words = '']) => words));
  const heads = steps.flatMap((step, at) =>
    step.kind === 'text' && isHead(steps, at) ? (LAST_LINE.exec(step.text)?.[1] ?? []) : [],
  );
  const made = steps.flatMap((_, at) => headsMadeAt(steps, at));
  return [...new Set([...lines.filter((words) => ROLES.test(words) || heads.includes(words)), ...heads, ...made])];
}

/** Whether the text there leads to what a message says, comes after it or is chosen by role. */
function isHead(steps: readonly Step[], at: number): boolean {
  const [before, step, after] = [steps[at - 1], steps[at], steps[at + 1]];
  if (step?.kind === 'text' && step.byRole) return true;
  const isChosen = before?.kind === 'branch' && before.byRole;
  return isChosen || before?.kind === 'content' || after?.kind === 'content';
}

/** `GPT4 Correct ` + the role + `: ` + the content: the words with each role in them, in every spelling. */
function headsMadeAt(steps: readonly Step[], at: number): string[] {
  const [before, role, colon, said] = [steps[at - 1], steps[at], steps[at + 1], steps[at + 2]];
  if (role?.kind !== 'role' || colon?.kind !== 'text' || said?.kind !== 'content' || !AFTER_ROLE.test(colon.text)) return [];
  const words = before?.kind === 'text' ? (BEFORE_ROLE.exec(before.text)?.[1] ?? '') : '';
  return SPELT_ROLES.map((name) => words + name);
}

function stepsOf(tokens: readonly Token[], names: ReadonlySet<string>): Step[] {
  const steps: Step[] = [];
  let wasByRole = false;
  for (const block of blocksOf(tokens)) {
    const [first, word] = block;
    if (isNamed(word, 'if') || isNamed(word, 'elif')) wasByRole = mentions(block, [0, block.length], CHOSEN_BY);
    if (first?.type === 'Text') steps.push({ kind: 'text', text: first.value });
    else if (BRANCHES.some((name) => isNamed(word, name))) steps.push({ kind: 'branch', byRole: wasByRole });
    else if (first?.type.startsWith('Open')) steps.push(...stepsOfBlock(block, names));
  }
  return steps;
}

/** What an expression writes, or what a statement would write that sets something; then something else comes. */
export function stepsOfBlock(block: readonly Token[], names: ReadonlySet<string>): Step[] {
  const byRole = block.some((token) => isNamed(token, 'if')) && mentions(block, [0, block.length], ROLE);
  const steps: Step[] = [];
  for (let at = 1; at < block.length; ) {
    const token = block[at] as Token;
    const isName = token.type === 'Identifier' && !isWord(token);
    const end = isName ? operandEnd(block, at) : at + 1;
    if (isName) steps.push({ kind: kindOf(block, [at, end], names), name: token.value });
    if (token.type === 'StringLiteral')
      steps.push({ kind: 'text', text: token.value, byRole: byRole || isUnderRole(block, at) });
    at = end;
  }
  return block[0]?.type === 'OpenStatement' ? [...steps, { kind: 'other', name: '' }] : steps;
}

function kindOf(tokens: readonly Token[], operand: readonly [number, number], names: ReadonlySet<string>): Said {
  if (mentions(tokens, operand, names)) return 'content';
  return mentions(tokens, operand, ROLE) ? 'role' : 'other';
}

/** `{'user': 'Question:'}` */
function isUnderRole(tokens: readonly Token[], at: number): boolean {
  const [key, colon] = [tokens[at - 2], tokens[at - 1]];
  return colon?.type === 'Colon' && key?.type === 'StringLiteral' && WRITTEN_ROLES.includes(key.value);
}
