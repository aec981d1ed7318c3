import type { EndReason, Language } from '../../chat.ts';

/** What a model can be seen to do, in the order in which it is asked. */
export const ABILITIES = ['continues', 'follows', 'turns', 'refuses'] as const;
export type Ability = (typeof ABILITIES)[number];

export const ABILITY_NAMES: Readonly<Record<Ability, string>> = {
  continues: 'continues text',
  follows: 'follows an instruction',
  turns: 'talks in turns',
  refuses: 'refuses',
};

/** What a member said and what was answered. */
export type Exchange = readonly [said: string, answered: string];

/**
 * One prompt of the set, by its kind:
 * - `text`: plain text to go on with, no roles, no template
 * - `script`: lines with speaker names, as the layout `transcript` writes them
 * - `instruction`: one message, as the layout `folded` writes it
 * - `talk`: a conversation in roles, as the layout `chat` writes it
 */
export type Asked =
  | { kind: 'text' | 'instruction'; text: string }
  | { kind: 'script' | 'talk'; exchanges: readonly Exchange[]; text: string };

/** `end` is missing where no reply came. */
export type Reply = { text: string; end: EndReason | undefined };

/** `yes` and `no` for what a model can do; the others for what it is asked to refuse. */
export type Judged = 'yes' | 'no' | 'refused' | 'answered' | 'neither';
/** `because` is a half-sentence about the reply: "says only that". */
export type Judgement = { judged: Judged; because: string };

export type Question = {
  ability: Ability;
  language: Language;
  asked: Asked;
  judge(reply: Reply): Judgement;
};

export const USER = 'Mina';
export const CHAR = 'Rook';
