import { describe, expect, test } from 'vitest';
import { createVoice, type Voice } from '../../src/backends/voice.ts';

const say = (voice: Voice, texts: readonly string[]) => {
  const parts = [...texts.flatMap((text) => voice.hear({ text })), ...voice.rest()];
  const of = (type: string) => parts.filter((part) => part.type === type).map(({ text }) => text);
  return { reasoning: of('reasoning').join(''), text: of('text').join('') };
};

describe('the voice', () => {
  test('tells reasoning at the beginning from text', () => {
    const voice = createVoice([], []);
    expect(say(voice, ['<th', 'ink>Hm', 'm</thi', 'nk>\n\nHel', 'lo'])).toEqual({ reasoning: 'Hmm', text: 'Hello' });
    expect(voice).toMatchObject({ thinking: false, spoke: true });
  });

  test('takes what a server sends as reasoning for such, before the text of the same chunk, and keeps characters whole', () => {
    const voice = createVoice(['END'], []);
    const parts = [
      ...voice.hear({ reasoning: 'END \ud83e', text: '' }),
      ...voice.hear({ reasoning: '\udd8a', text: 'Hi \ud83e' }),
      ...voice.hear({ text: '\udd8aEN' }),
      ...voice.rest(),
    ];
    expect(parts).toEqual([
      { type: 'reasoning', text: 'END ' },
      { type: 'reasoning', text: '🦊' },
      { type: 'text', text: 'Hi ' },
      { type: 'text', text: '🦊' },
      { type: 'text', text: 'EN' },
    ]);
  });

  test('begins inside reasoning when the template opened it', () => {
    const voice = createVoice([], [{ text: '<|im_start|>assistant\n<think>\n', control: true }]);
    expect(voice.thinking).toBe(true);
    expect(say(voice, ['Hmm', '</think>Hello'])).toEqual({ reasoning: 'Hmm', text: 'Hello' });
  });

  test('does not begin inside reasoning because somebody wrote the tag', () => {
    const voice = createVoice([], [{ text: 'Say <think>', control: false }]);
    expect(say(voice, ['Hello'])).toEqual({ reasoning: '', text: 'Hello' });
  });

  test('looks for stop strings in the text and not in the reasoning', () => {
    const voice = createVoice(['END'], []);
    expect(say(voice, ['<think>EN', 'D</think>the E', 'ND and more'])).toEqual({ reasoning: 'END', text: 'the ' });
    expect(voice.stoppedBy).toBe('END');
  });

  test('has said nothing when there was only white space', () => {
    const voice = createVoice([], []);
    say(voice, [' \n', '\t']);
    expect(voice.spoke).toBe(false);
  });
});
