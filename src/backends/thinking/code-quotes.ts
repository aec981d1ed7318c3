/** Follows which part of a text is code: between backticks on one line, or between fences of three or more. */
export type CodeQuotes = {
  read(text: string): void;
  /** how many backticks opened the code in which the text read so far ends; 0 outside of code */
  readonly ticks: number;
  /** The code ends here, without backticks. */
  leave(): void;
};

const FENCE = 3;

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
