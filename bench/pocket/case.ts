import type { House } from '../../src/chat.ts';
import type { Persona } from '../../src/personas/persona.ts';
import type { Session, Stock } from './own-words.ts';
import type { Player } from './player.ts';
import type { Speech } from './speech.ts';

/** One thing a member says. Where no answer is given the model answers by itself, and what it said becomes history. */
export type Line = { by: string; text: string; answer?: string };

/** What a judge found in a reply, by name. */
export type Verdict = Readonly<Record<string, boolean>>;

/** A session as far as it has come, and a question whose reply is judged. */
export type Case = {
  persona: Persona;
  house: House;
  shared: boolean;
  before: readonly Line[];
  ask: { by: string; text: string };
  /** what the reply should be, for people who read failures */
  expects: string;
  judge(reply: string): Verdict;
  /** tokens between what told the fact and the question's reply, where a row is about that */
  tokensBack?: number;
};

/** A figure of a row: the share of cases with that verdict. */
export type Figure = { row: string; counts: string; best: 'high' | 'low'; target?: number };

/** Cases that are played together, and what is counted in them. */
export type Study = {
  name: string;
  /** also with each persona's own sampling, not only at temperature 0 */
  own: boolean;
  figures: readonly Figure[];
  cases(count: number): readonly Case[] | Promise<readonly Case[]>;
};

/** What rows are made from. */
export type Makings = {
  /** the shipped personas that speak English, and the one that speaks Korean */
  english: readonly Persona[];
  korean: Persona;
  houses: { readonly en: House; readonly ko: House };
  /** what members say in a row: the same row always says the same */
  speech(language: 'en' | 'ko', row: string): Speech;
  /** English as the training data does not put it */
  otherWords(row: string): Speech;
  /** what the words of a reply can be taken from */
  stocks(session: Session): readonly Stock[];
  tokensAfter: Player['tokensAfter'];
};

/** The member of a direct venue; the prompt does not hold the name. */
export const MEMBER = 'Guest';

/** One of the list for each number, all equally often. */
export function inTurn<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('There is nothing to take in turn.');
  return item;
}

export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
