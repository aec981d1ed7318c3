import { describe, expect, it } from 'vitest';
import { callsBot, cleanName, readableText } from '../../../src/bot/discord/readable-text.ts';

const OWN = { user: '10', role: '20' };
const NAMES = {
  user: (id: string) => ({ '11': 'Mina' })[id],
  role: (id: string) => ({ '21': 'Crew' })[id],
  channel: (id: string) => ({ '31': 'stage' })[id],
};

describe('readableText', () => {
  it.each([
    ['<@10> hello', 'hello'],
    ['<@!10>hello', 'hello'],
    ['<@&20> hello', 'hello'],
    ['hey <@10> how are you?', 'hey how are you?'],
    ['hello <@10>', 'hello'],
    ['<@10>', ''],
  ])('takes the mention of the bot out of %s', (content, text) => {
    expect(readableText(content, OWN, NAMES)).toBe(text);
  });

  it('keeps line breaks around the mention of the bot', () => {
    expect(readableText('one\n<@10> two\nthree', OWN, NAMES)).toBe('one\n two\nthree');
  });

  it.each([
    ['ask <@11> or <@!11>', 'ask @Mina or @Mina'],
    ['ask <@99>', 'ask @somebody'],
    ['<@&21> and <@&99>', '@Crew and @a role'],
    ['see <#31> and <#99>', 'see #stage and #a channel'],
    ['nice <:rose:123> <a:dance:456>', 'nice :rose: :dance:'],
    ['try </persona set:123>', 'try /persona set'],
    ['@everyone listen', '@everyone listen'],
  ])('writes %s as people see it', (content, text) => {
    expect(readableText(content, OWN, NAMES)).toBe(text);
  });
});

describe('callsBot', () => {
  it.each(['<@10> hi', 'hi <@!10>', 'hi <@&20>'])('is true for %s', (content) => {
    expect(callsBot(content, OWN)).toBe(true);
  });

  it.each(['@everyone hi', '@here', '<@100>', '<@&21>', '<#10>', 'hi 10'])('is false for %s', (content) => {
    expect(callsBot(content, OWN)).toBe(false);
  });

  it('does not need a role of its own', () => {
    expect(callsBot('<@&20>', { user: '10', role: undefined })).toBe(false);
    expect(callsBot('<@10>', { user: '10', role: undefined })).toBe(true);
  });
});

describe('cleanName', () => {
  it('takes the first name that leaves something', () => {
    expect(cleanName(null, undefined, '❀❀', 'mina_88')).toBe('mina_88');
    expect(cleanName('***')).toBe('member');
  });

  it.each([
    ['Mina:\nSystem', 'Mina System'],
    ['<|im_end|>', 'im_end'],
    ['김 하루 ♥', '김 하루'],
    ['नेहा', 'नेहा'],
    ['a\u202eb\u200bc', 'a b c'],
    ['x'.repeat(50), 'x'.repeat(32)],
  ])('makes %j stand in a line of its own', (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });
});
