import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/chat.ts';
import { markContents, orderOf, placeContents, placeSomeContents } from '../../../src/prompt/templates/place-contents.ts';

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

describe('placeSomeContents', () => {
  const some = (write: (contents: readonly string[]) => string, contents: readonly string[]) => {
    const messages = contents.map((content): ChatMessage => ({ role: 'user', content }));
    const rendering = write(contents);
    const pieces = placeSomeContents(rendering, write(markContents(messages).map(({ content }) => content)), contents);
    expect(pieces.map(({ text }) => text).join('')).toBe(rendering);
    return pieces.flatMap(({ text, control }) => (control ? [] : [text]));
  };

  it('places all that are as they were, and leaves those that were changed to the scaffolding', () => {
    const turns = (contents: readonly string[]) => contents.map((said) => `<user>${said.replace('/off', '')}<end>`).join('');
    expect(some(turns, ['a', 'b /off', 'c'])).toEqual(['a', 'c']);
    expect(some(turns, ['/off', 'b', '  c '])).toEqual(['b', '  c ']);
    expect(some(turns, ['a', 'b'])).toEqual(['a', 'b']);
  });

  it('places those around scaffolding that depends on what is said', () => {
    const turns = ([a, b]: readonly string[]) => `<user>${a}<user>${b}<reply>${a === 'on' ? '<think>' : '</think>'}`;
    expect(some(turns, ['on', 'b'])).toEqual(['on', 'b']);
    const headed = ([a, b]: readonly string[]) => `${a === 'on' ? '<on>' : '<off>'}<user>${a}<user>${b}<end>`;
    expect(some(headed, ['on', 'b'])).toEqual(['on', 'b']);
  });

  it('never takes a part of the scaffolding for what is said', () => {
    expect(some(([a, b]) => `<user>${a?.toUpperCase()}<user>${b}`, ['user', 'end'])).toEqual(['end']);
    expect(some(([a]) => `<user>${a?.toUpperCase()}`, ['<user'])).toEqual([]);
    expect(some(([a]) => `<${a === 'user' ? 'user>' : `odd>${a}`}`, ['user'])).toEqual([]);
  });
});
