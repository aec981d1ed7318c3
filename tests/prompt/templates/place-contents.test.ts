import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/chat.ts';
import { fillMarkers, markContents, orderOf, placeContents } from '../../../src/prompt/templates/place-contents.ts';

const place = (write: (contents: readonly string[]) => string, contents: readonly string[]) => {
  const messages = contents.map((content): ChatMessage => ({ role: 'user', content }));
  return placeContents(write(contents), write(markContents(messages).map(({ content }) => content)), contents);
};

describe('placeContents', () => {
  it('finds contents where they stand, also where their words stand in the scaffolding', () => {
    expect(place(([a, b]) => `user: ${a}; user: ${b}.`, ['user', 'a'])).toEqual([
      { text: 'user: ', control: true },
      { text: 'user', control: false },
      { text: '; user: ', control: true },
      { text: 'a', control: false },
      { text: '.', control: true },
    ]);
  });

  it('finds contents in another order and more than once', () => {
    const pieces = place(([a, b]) => `<${b}><${a}><${b}>`, ['one', 'two']);
    expect(pieces?.flatMap(({ text, control }) => (control ? [] : [text]))).toEqual(['two', 'one', 'two']);
    expect(
      orderOf(
        markContents([
          { role: 'user', content: 'a' },
          { role: 'user', content: '' },
          { role: 'user', content: 'b' },
          { role: 'user', content: ' \n' },
        ])
          .map(({ content }) => content)
          .join('-'),
      ),
    ).toEqual([0, 2]);
  });

  it('explains nothing when a content was changed or the scaffolding depends on it', () => {
    expect(place(([a]) => `<${a?.toUpperCase()}>`, ['hi'])).toBeUndefined();
    expect(place(([a]) => (a === 'hi' ? `<${a}>!` : `<${a}>?`), ['hi'])).toBeUndefined();
    expect(place(([a]) => `<${a}>${a === 'hi' ? ' more' : ''}`, ['hi'])).toBeUndefined();
  });
});

describe('fillMarkers', () => {
  it('puts texts where the markers stand, and leaves everything else what it was', () => {
    const [first, second] = markContents([
      { role: 'user', content: 'a' },
      { role: 'user', content: 'b' },
    ]).map(({ content }) => content);
    const pieces = [
      { text: `<user>${first}<user>`, control: true },
      { text: 'si', control: false },
      { text: `${second}`, control: false },
    ];
    expect(fillMarkers(pieces, ['A', 'B'])).toEqual([
      { text: '<user>', control: true },
      { text: 'A', control: false },
      { text: '<user>', control: true },
      { text: 'si', control: false },
      { text: 'B', control: false },
    ]);
  });
});
