import { blocksOf, namesOfContent, readTemplate, type Token } from './read-template.ts';
import { type Step, stepsOfBlock } from './role-words.ts';

/** Parts the turns so that nobody can write it: a line break, which quoting a line heeds, or a control token. */
const BARRIER = /[\n\r]|<[^<>\s]{1,40}>|\[\/?[A-Z_]{2,24}\]/;
const COLON_FIRST = /^ ?[:：]/;
/** A branch that is taken wherever another turn has been before, or comes behind. */
const BETWEEN_TURNS = /\bnot loop \. (?:first|last)\b|\bloop \. index0 (?:>|!=) 0\b|\bloop \. index (?:>|!=) 1\b/;
/** What a branch asks in which only the operator speaks. */
const ASKS_FOR_SYSTEM = /== system\b/;
const ASKS_MORE = / or |\bnot\b|!=|messages \[ 0/;
/** Blocks that are walked through, loops twice, before a template counts as one that has such marks. */
const WALKED_AT_MOST = 100_000;

/** A branch, loop or macro. `entry`, `out`: whether people's text may stand before the place without a barrier, where it begins and ends. */
type Frame = { kind: string; entry: boolean; out: boolean; isSure: boolean; isSystems: boolean; start: number };

/**
 * Whether a template writes one of its role words right behind what people say, in the same line and without a control token, as in
 * `hi ASSISTANT: Hello`: then no line break is needed to forge a turn. Reads the code and runs nothing; in bounded time.
 */
export function hasInlineMarks(template: string, words: readonly string[]): boolean {
  if (words.length === 0) return false;
  const { tokens } = readTemplate(template);
  const blocks = [...blocksOf(tokens)];
  const names = namesOfContent(tokens);
  const head = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')}) ?[:：]`, 'u');
  const frames: Frame[] = [];
  let isOpen = false;
  let walked = 0;
  for (let at = 0; at < blocks.length; walked += 1) {
    if (walked > WALKED_AT_MOST) return true;
    const block = blocks[at] as readonly Token[];
    if (block[0]?.type === 'OpenStatement') {
      const after = walkStatement({ block, at, isOpen, frames });
      isOpen = after.isOpen;
      at = after.at;
      continue;
    }
    const behind = textIn(blocks[at + 1]);
    const steps: Step[] = textIn(block) ?? stepsOfBlock(block, names);
    for (const [index, step] of steps.entries()) {
      if (isOpen && writesMark(step, steps[index + 1] ?? behind?.[0], head)) return true;
      isOpen = isOpenAfter(step, isOpen, frames.at(-1)?.isSystems ?? false);
    }
    at += 1;
  }
  return false;
}

/** The step of a block that is text outside of code. */
const textIn = (block: readonly Token[] | undefined): [Step] | undefined =>
  block?.[0]?.type === 'Text' ? [{ kind: 'text', text: block[0].value }] : undefined;

type Place = { block: readonly Token[]; at: number; isOpen: boolean; frames: Frame[] };

function walkStatement({ block, at, isOpen, frames }: Place): { at: number; isOpen: boolean } {
  const word = block[1]?.value ?? '';
  const next = { at: at + 1, isOpen };
  const top = frames.at(-1);
  const said = block.map(({ value }) => value).join(' ');
  const asksForSystem = ASKS_FOR_SYSTEM.test(said) && !ASKS_MORE.test(said);
  if (['if', 'for', 'macro'].includes(word)) {
    const isSure = word === 'if' && BETWEEN_TURNS.test(said);
    frames.push({
      kind: word,
      entry: isOpen,
      out: false,
      isSure,
      isSystems: asksForSystem || top?.isSystems === true,
      start: at + 1,
    });
    return next;
  }
  if (top?.kind === 'if' && (word === 'elif' || word === 'else')) {
    top.out ||= isOpen;
    top.isSure ||= word === 'else';
    top.isSystems = asksForSystem || frames.at(-2)?.isSystems === true;
    return { ...next, isOpen: top.entry };
  }
  return top !== undefined && word === `end${top.kind}` ? endBlock(top, { at, isOpen, frames }) : next;
}

function endBlock(top: Frame, { at, isOpen, frames }: Omit<Place, 'block'>): { at: number; isOpen: boolean } {
  if (top.kind === 'for' && isOpen && !top.entry) {
    top.entry = true; // once more, as behind another turn
    return { at: top.start, isOpen };
  }
  frames.pop();
  if (top.kind === 'macro') return { at: at + 1, isOpen: top.entry };
  return { at: at + 1, isOpen: isOpen || top.out || (!top.isSure && top.entry) };
}

function writesMark(step: Step, next: Step | undefined, head: RegExp): boolean {
  if (step.kind === 'role') return next?.kind === 'text' && COLON_FIRST.test(next.text);
  if (step.kind !== 'text') return false;
  const at = step.text.search(head);
  return at >= 0 && !BARRIER.test(step.text.slice(0, at));
}

function isOpenAfter(step: Step, isOpen: boolean, isSystems: boolean): boolean {
  if (step.kind === 'text') return isOpen && !BARRIER.test(step.text);
  if (step.kind === 'content') return isOpen || !(isSystems || step.name.includes('system'));
  return isOpen && !(step.kind === 'other' && step.name.endsWith('_token'));
}
