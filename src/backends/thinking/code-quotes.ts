/** Follows which part of a text is code: between backticks on one line, or between fences of three or more. */
export type CodeQuotes = {
  read(text: string): void;
  /** how many backticks opened the code in which the text read so far ends; 0 outside of code */
  readonly ticks: number;
  /** The code ends here, without backticks. */
  leave(): void;
};

/** so many backticks, or more, begin a block */
export const FENCE = 3;

export function createCodeQuotes(): CodeQuotes {
  let open = 0;
  let run = 0;

  /** what is open once a run of backticks is over */
  const after = (): number => {
    if (run === 0) return open;
    if (open >= FENCE) return run >= FENCE ? 0 : open;
    if (run >= FENCE) return run;
    return open === 0 ? run : run === open ? 0 : open;
  };
  return {
    read(text) {
      for (const character of text) {
        if (character === '`') {
          run += 1;
          continue;
        }
        open = character === '\n' && after() < FENCE ? 0 : after();
        run = 0;
      }
    },
    get ticks() {
      return after();
    },
    leave() {
      open = 0;
      run = 0;
    },
  };
}

/**
 * Whether code that so many backticks opened is closed in the text that follows. Undefined while more text could tell; `whole`
 * says that none comes.
 */
export function closesCode(text: string, ticks: number, whole: boolean): boolean | undefined {
  for (const { 0: found, index } of text.matchAll(/\n|`+/g)) {
    if (ticks < FENCE && found === '\n') return false;
    const closes = ticks < FENCE ? found.length === ticks : found.length >= FENCE;
    const over = whole || index + found.length < text.length || (ticks >= FENCE && closes);
    if (closes && over) return true;
  }
  return whole ? false : undefined;
}

/** Code that backticks opened: where it begins, behind them, and how many they are. */
export type Code = { from: number; ticks: number };

/** The code in which the text at this offset stands. */
export function codeAround(text: string, at: number): Code | undefined {
  let code: Code | undefined;
  for (const { 0: found, index } of text.slice(0, at).matchAll(/\n|`+/g)) {
    const ticks = found === '\n' ? 0 : found.length;
    code = after(code, { from: index + ticks, ticks });
  }
  return code;
}

/** What code is open after a run of so many backticks; none of them: a line ended. */
function after(open: Code | undefined, run: Code): Code | undefined {
  if (!open) return run.ticks > 0 ? run : undefined;
  if (open.ticks >= FENCE) return run.ticks >= FENCE ? undefined : open;
  if (run.ticks >= FENCE) return run;
  return run.ticks === 0 || run.ticks === open.ticks ? undefined : open;
}

/**
 * Like closesCode, but a fence is closed only by one that stands alone on its line: one with a word behind it opens the next code. So
 * a fence that was left open is not taken to end where that begins.
 */
export function closesBlock(text: string, ticks: number, whole: boolean): boolean | undefined {
  if (ticks < FENCE) return closesCode(text, ticks, whole);
  const fence = /`{3,}([^\n]*)(\n)?/.exec(text);
  if (!fence) return whole ? false : undefined;
  const [, behind = '', lineEnd] = fence;
  if (behind.trim() !== '') return false;
  return lineEnd !== undefined || whole ? true : undefined;
}
