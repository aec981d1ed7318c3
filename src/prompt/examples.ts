import type { Role } from '../chat.ts';

/** One line of an example exchange. */
type ExampleTurn = { role: Role; text: string };

/**
 * Splits example exchanges into turns: blocks begin with `<START>`, a line that begins with `{{user}}:` or `{{char}}:` (or the
 * name itself) begins a turn and other lines go on with it. What stands in a block before its first speaker joins the first turn.
 */
export function parseExamples(examples: string, names: { char: string; user: string }): ExampleTurn[] {
  return examples.split(/<START>/i).flatMap((block) => parseBlock(block, names));
}

function parseBlock(block: string, names: { char: string; user: string }): ExampleTurn[] {
  const turns: { role: Role; lines: string[] }[] = [];
  const before: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const begun = beginTurn(line, names);
    if (begun) turns.push({ role: begun.role, lines: [...(turns.length === 0 ? before : []), begun.text] });
    else (turns.at(-1)?.lines ?? before).push(line);
  }
  return turns.map(({ role, lines }) => ({ role, text: lines.join('\n').trim() })).filter(({ text }) => text !== '');
}

function beginTurn(line: string, { char, user }: { char: string; user: string }): ExampleTurn | undefined {
  const colon = line.indexOf(':');
  if (colon < 0) return undefined;
  const speaker = line.slice(0, colon).trim().toLowerCase();
  const text = line.slice(colon + 1).trimStart();
  if (speaker === '{{char}}' || speaker === char.toLowerCase()) return { role: 'assistant', text };
  if (speaker === '{{user}}' || speaker === user.toLowerCase()) return { role: 'user', text };
  return undefined;
}
