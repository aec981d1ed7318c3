// How a family of models writes. What of it a client gets to see depends on the server: ../flavours.

export type Wish = 'off' | 'low' | 'full';

/** Where a server's parser or a reader of the raw text finds the thoughts. */
export type Tags = {
  open: string;
  close: string;
  /** who writes the opening tag: the model, or the template at the end of the prompt, so that the reply has only the closing one */
  openedBy: 'model' | 'template';
  /** what the model writes after the reply */
  end?: string;
};

/** What turns the thinking off and on: an argument of the template, or nothing. */
export type Switch = 'enable_thinking' | 'thinking' | 'reasoning' | 'reasoning_effort' | 'none';

export type Family = {
  name: string;
  /** the model's name on each server */
  names: { gguf: string; ollama: string; lmStudio: string; hub: string; openRouter: string };
  /** undefined for a family that never thinks */
  tags?: Tags;
  switch: Switch;
  /** whether it thinks when nothing is asked of it */
  byDefault: boolean;
  /**
   * what it does when it is told not to think: it obeys, writes an empty block of thoughts, or thinks anyway, if not for long.
   * A family whose switch is 'none' cannot be told, and thinks as by default.
   */
  toldNot: 'obeys' | 'empty-block' | 'thinks-anyway';
  /** one round of thoughts; it holds the stop strings of a scene and no word of the reply that matters */
  musing: string;
  reply: string;
  /** whether Ollama lists the capability, and which values of `think` it names (`/api/show`) */
  ollama: { thinks: boolean; values?: readonly (boolean | string)[] };
  /** whether OpenRouter's endpoint thinks, and refuses to leave it */
  openRouter?: 'optional' | 'mandatory';
  /** the end of its chat template, abridged to what a client can learn from it */
  template: string;
  /** reads no chat_template_kwargs in vLLM: its tokenizer is Mistral's own */
  mistralTokenizer?: true;
};

/** What a scene's people are called; a line that one of them begins is none of the model's. */
export const SPEAKERS = ['Bora', 'Mina'] as const;
export const STOPS: readonly string[] = SPEAKERS.map((name) => `\n${name}:`);

/** What a model goes on to say for somebody else, after its own reply, when nothing stops it. */
export const RUN_ON = '\nBora: 그럼 나는 이만 갈게 👋\nMina: Wait for me, zounds!';

/** The thoughts of a family that is asked for them so; undefined when it has none. `undefined` asks nothing. */
export function thoughtsOf(family: Family, wish: Wish | undefined): string | undefined {
  if (!family.tags) return undefined;
  const asked = family.switch === 'none' ? undefined : wish;
  if (asked === 'off') return family.toldNot === 'thinks-anyway' ? family.musing : undefined;
  if (asked === undefined && !family.byDefault) return undefined;
  const rounds = (asked ?? 'full') === 'low' ? 1 : 4;
  return Array.from({ length: rounds }, (_, round) => `(${round + 1}) ${family.musing}`).join('\n\n');
}

/** The words (3 characters or more; 2 of Korean) that only the thoughts have: none of them may be seen by anybody. */
export function secretWords({ musing, reply }: Family): string[] {
  const seen = new Set(wordsOf(`${reply} ${RUN_ON}`));
  return [...new Set(wordsOf(musing))].filter((word) => !seen.has(word));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{Script=Hangul}{2,}|[a-z]{3,}/gu) ?? [];
}
