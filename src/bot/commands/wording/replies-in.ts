import type { Language } from '../../../chat.ts';
import type { Replies } from './replies.ts';
import { ENGLISH } from './replies-en.ts';
import { KOREAN } from './replies-ko.ts';

const REPLIES: Readonly<Record<Language, Replies>> = { en: ENGLISH, ko: KOREAN };

/** Everything commands say in a language. */
export function repliesIn(language: Language): Replies {
  return REPLIES[language];
}
