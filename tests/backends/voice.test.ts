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

  test('looks for stop strings behind a thought only, whoever opened it', () => {
    const voice = createVoice(['\nMina:'], [{ text: 'assistant\n<think>', control: true }]);
    expect(say(voice, ['\nMina: hm</think>Hel', 'lo\nMi', 'na: and'])).toEqual({ reasoning: '\nMina: hm', text: 'Hello' });
  });

  test('keeps back what may be a thought that an unseen prompt opened, and lets it go when thoughts come apart', () => {
    const voice = createVoice([], [], { thoughtOpened: 'maybe' });
    expect(voice.hear({ text: 'They greet' })).toEqual([]);
    expect(voice.thinking).toBe(true);
    expect(say(voice, [' me.</think>', '\n\nHello'])).toEqual({ reasoning: 'They greet me.', text: 'Hello' });
    expect(voice.showedOpening).toBe(false);
    const apart = createVoice([], [], { thoughtOpened: 'maybe' });
    expect(apart.hear({ reasoning: 'Hm', text: '' })).toEqual([{ type: 'reasoning', text: 'Hm' }]);
    expect(apart.hear({ text: '\nHello' })).toEqual([{ type: 'text', text: 'Hello' }]);
    expect(apart.showedOpening).toBe(true);
  });

  test('takes a text that was cut for a thought where it may be one, and shows nothing of a mark that was cut', () => {
    const voice = createVoice([], [], { thoughtOpened: 'maybe' });
    voice.hear({ text: 'They greet me and' });
    expect(voice.rest({ cut: true })).toEqual([{ type: 'reasoning', text: 'They greet me and' }]);
    expect(voice.spoke).toBe(false);
    const cut = createVoice([]);
    expect([...cut.hear({ text: 'Hello <thi' }), ...cut.rest({ cut: true })]).toEqual([{ type: 'text', text: 'Hello ' }]);
  });

  test('ends where the model ends its turn, and says with what', () => {
    const voice = createVoice([]);
    expect(say(voice, ['Hello<end_of', '_turn>\n<start_of_turn>user', ' And?'])).toEqual({ reasoning: '', text: 'Hello' });
    expect(voice.stoppedBy).toBe('<end_of_turn>');
  });

  test('knows what would end the open thought', () => {
    const voice = createVoice([]);
    voice.hear({ text: '[THINK]and so on' });
    expect(voice).toMatchObject({ thinking: true, closing: '[/THINK]', spoke: false });
    voice.hear({ text: '[/THINK]', control: true });
    expect(voice).toMatchObject({ thinking: true, closing: undefined });
    voice.hear({ text: 'Hello' });
    expect(voice).toMatchObject({ thinking: false, closing: undefined, spoke: true });
  });
});
