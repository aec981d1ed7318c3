import { blocksOf, readTemplate, type Token } from './read-template.ts';

const OPENS = new Set(['if', 'for', 'macro', 'call', 'filter']);
const TOOLS = /tool|function/i;
/** What asks for tools to be missing, or for something else as well. */
const UNSURE = / or |!=|\bnot (?!none\b)|\bis none\b|\bis undefined\b/i;

/**
 * The texts that a chat template writes, told apart by whether only a conversation with tools has them: their prose explains calls
 * with placeholders, which people write for something else.
 */
export function textsByTools(template: string): { ofTools: readonly string[]; others: readonly string[] } {
  const { tokens, texts } = readTemplate(template);
  if (tokens.length === 0) return { ofTools: [], others: texts };
  const ofTools: string[] = [];
  const others: string[] = [];
  const branches: boolean[] = [];
  for (const block of blocksOf(tokens)) {
    const word = block[0]?.type === 'OpenStatement' ? (block[1]?.value ?? '') : '';
    if (word.startsWith('end') || word === 'elif' || word === 'else') branches.pop();
    const isWithin = branches.at(-1) ?? false;
    if (OPENS.has(word) || word === 'elif' || word === 'else' || isLongSet(block, word))
      branches.push(isWithin || asksForTools(block));
    const written = block.filter(({ type }) => type === 'Text' || type === 'StringLiteral').map(({ value }) => value);
    (isWithin ? ofTools : others).push(...written);
  }
  return { ofTools, others };
}

/** `{% set text %}...{% endset %}` */
const isLongSet = (block: readonly Token[], word: string): boolean =>
  word === 'set' && !block.some(({ type }) => type === 'Equals');

function asksForTools(block: readonly Token[]): boolean {
  const condition = block.map(({ value }) => value).join(' ');
  return TOOLS.test(condition) && !UNSURE.test(condition);
}
