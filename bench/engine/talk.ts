import type { Backend } from '../../src/backends/backend.ts';
import { openTemplate } from '../../src/prompt/template.ts';
import { createDice } from '../pocket/dice.ts';
import { countTokens } from '../pocket/player.ts';
import { type Chat, PERSONA, piecesOf, prepare, pretend, type Stage } from './chat.ts';

const WORDS: Readonly<Record<'en' | 'ko', readonly string[]>> = {
  en: (
    'today I went to the old garden and found a small door behind the stones do you know what people say about it my friend ' +
    'would like to hear your story again because she never had time for one this morning we made coffee in the rain then ' +
    'somebody asked how long it takes until the first flowers come out and I did not have an answer so tell me please'
  ).split(' '),
  ko: (
    '오늘 아침에 정원에 갔는데 작은 문을 찾았어요 혹시 그 이야기를 들어 본 적이 있나요 제 친구가 다시 듣고 싶다고 했어요 비가 ' +
    '오는데 우리는 커피를 마시면서 오래 이야기했고 누가 꽃이 언제 피는지 물었지만 저는 대답하지 못했어요 그러니까 조금만 알려 주세요'
  ).split(' '),
};
/** Words that are one token in most vocabularies, to fill up with. */
const SHORT_WORDS = ' a the to and of in it you is we I my so do go 오 이 다 는 가'.split(' ').filter((word) => word !== '');
const ATTEMPTS = 20;

export type Text = { text: string; tokens: number };
export type Talk = {
  /** A text of so many tokens or a few less, in English or Korean. */
  about(tokens: number): Promise<Text>;
  /** A text of exactly so many tokens. */
  exactly(tokens: number): Promise<string>;
  /** From 0 to count - 1. */
  below(count: number): number;
};

/** What people say: words that make no sense, but have the length one asks for. The same for the same seed and purpose. */
export function createTalk(backend: Backend, seed: number, purpose: string): Talk {
  const dice = createDice(seed, `talk:${purpose}`);

  async function about(tokens: number): Promise<Text> {
    const words = WORDS[dice.below(2) === 0 ? 'en' : 'ko'];
    const chosen = Array.from({ length: tokens + 1 }, () => dice.pick(words));
    const texts = chosen.map((_, index) => chosen.slice(0, index + 1).join(' '));
    const { counts } = await backend.countTokens(texts);
    const last = counts.findLastIndex((count) => count <= tokens);
    return { text: texts[last] ?? 'a', tokens: counts[last] ?? 1 };
  }

  async function filledUp(tokens: number): Promise<string | undefined> {
    const { text, tokens: sofar } = await about(tokens);
    let filled = text;
    for (let missing = tokens - sofar; missing > 0; missing--) filled += ` ${dice.pick(SHORT_WORDS)}`;
    const { counts } = await backend.countTokens([filled]);
    return counts[0] === tokens ? filled : undefined;
  }

  return {
    about,
    async exactly(tokens) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const text = await filledUp(tokens);
        if (text !== undefined) return text;
      }
      throw new Error(`No text of exactly ${tokens} tokens was found: this vocabulary knows too few short words.`);
    },
    below: (count) => dice.below(count),
  };
}

/** Tokens that ChatML writes between a reply and the next one, without the message between them. */
export async function tokensAroundMessage(backend: Backend): Promise<number> {
  const messages = [
    { role: 'assistant', content: 'one' },
    { role: 'user', content: 'two' },
  ] as const;
  const pieces = await openTemplate(PERSONA.template).render(messages, { opening: '' });
  const reply = pieces.findIndex(({ control }) => !control);
  return countTokens(
    backend,
    pieces.filter(({ control }, index) => control && index > reply),
  );
}

/** Gives a session so much history that its next prompt, but for the new message, has about so many tokens. */
export async function growTo(stage: Stage, chat: Chat, { tokens, talk }: { tokens: number; talk: Talk }): Promise<void> {
  const around = await tokensAroundMessage(stage.backend);
  const prepared = await prepare(stage, chat, { text: 'a', seed: 1, maxTokens: 1, temperature: 0 });
  let left = tokens - (await countTokens(stage.backend, piecesOf(prepared)));
  while (left > 2 * around) {
    const size = Math.min(40, Math.ceil(left / 2));
    const [message, reply] = [await talk.about(size), await talk.about(size)];
    pretend(chat, message.text, reply.text);
    left -= message.tokens + reply.tokens + around;
  }
}
