import type { Thinking } from '../../../chat.ts';

/** The matter of notices about how long prompts may be. */
export const CONTEXT = 'context';

/** What one model on one server turned out to do. Learned from its answers, kept until the program ends. */
export type ModelHabits = {
  /** Whether the server is known to refuse this field with this value. */
  refuses(field: string, value: unknown): boolean;
  /** `value` left out: whatever the value. */
  refuse(field: string, value?: unknown): void;
  /** the fields that are refused whatever their value */
  readonly refused: ReadonlySet<string>;
  /** the words for how much to think that a refusal named */
  efforts: readonly string[] | undefined;
  /** it was seen to think */
  thinks: boolean;
  /** it was seen to think after it was told not to */
  thinksAnyway: boolean;
  /** a thought and a reply came apart from each other although it was told not to think: what comes as thought is one */
  partsThoughts: boolean;
  /** its server was seen to send each token as a piece of its own, also where a token is but one character */
  sendsTokens: boolean;
  /** a reply was cut before anything told whether it was a thought: tokens are left for thoughts until a reply tells */
  leavesRoom: boolean;
  /** told not to think, it wrote until all room for a thought and a reply was full, and no mark came: the reply, if its switch works */
  writesOn: boolean;
  /** for each way of thinking that was asked for: whether the text of its replies begins inside of a thought */
  readonly opening: Map<Thinking, 'no' | 'maybe'>;
  /** tokens that it really takes, where that is less than was said; undefined until a prompt was cut or refused */
  contextTokens: number | undefined;
  /** The server serves another context now: what was found out about the one before, and said of it, counts no more. */
  forgetContext(): void;
  /** Says something to people once: a later sentence about the same matter takes the place of the first. True when it is new. */
  notice(matter: string, sentence: string): boolean;
  readonly notices: readonly string[];
};

export function createHabits(): ModelHabits {
  const refused = new Set<string>();
  const refusedValues = new Set<string>();
  const notices = new Map<string, string>();
  const nameValue = (field: string, value: unknown) => `${field}=${JSON.stringify(value)}`;
  const habits: ModelHabits = {
    refused,
    efforts: undefined,
    thinks: false,
    thinksAnyway: false,
    partsThoughts: false,
    sendsTokens: false,
    leavesRoom: false,
    writesOn: false,
    opening: new Map(),
    contextTokens: undefined,
    refuses: (field, value) => refused.has(field) || refusedValues.has(nameValue(field, value)),
    refuse(field, value) {
      if (value === undefined) refused.add(field);
      else refusedValues.add(nameValue(field, value));
    },
    forgetContext() {
      habits.contextTokens = undefined;
      notices.delete(CONTEXT);
    },
    notice(matter, sentence) {
      const isNew = notices.get(matter) !== sentence;
      notices.set(matter, sentence);
      return isNew;
    },
    get notices() {
      return [...notices.values()];
    },
  };
  return habits;
}
