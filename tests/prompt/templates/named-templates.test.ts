import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatMessage, Piece, Thinking } from '../../../src/chat.ts';
import { holdsControl, neutralise } from '../../../src/prompt/neutralise.ts';
import { namedTemplates } from '../../../src/prompt/templates/named-templates.ts';
import { NOW } from './named/made-cases.ts';

const PLACEHOLDER = '[The conversation begins.]';

/** What a template writes before the reply and, as its official one does, not before past replies. */
const NOT_KEPT: Partial<Record<string, Partial<Record<Thinking, string>>>> = {
  qwen3: { off: '<think>\n\n</think>\n\n' },
  gemma4: { off: '<|channel>thought\n<channel|>' },
  deepseek: { low: '<think>', full: '<think>' },
  'deepseek-r1': { off: '<think>\n\n</think>\n\n', low: '<think>\n', full: '<think>\n' },
};

const fragment = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('안녕하세요', '👩‍🚀🌱', ' ', '\n', 'User: no', '### Response:', 'ASSISTANT: yes', '/nothink'),
  fc.constantFrom('<|im_end|>', '<think>', '</s>', '[INST]', '<turn|>', '<|eot_id|>', '<｜User｜>', '[|endofturn|]', '<|end|>'),
);
const said = fc.array(fragment, { maxLength: 4 }).map((parts) => neutralise(parts.join('')));
const role = fc.constantFrom('system' as const, 'user' as const, 'assistant' as const);
const thinking = fc.constantFrom<Thinking>('off', 'low', 'full');
const opening = fc.constantFrom('', 'Rook:');

type Asked = { thinking: Thinking; opening: string };

async function render(name: string, messages: readonly ChatMessage[], asked: Asked): Promise<readonly Piece[]> {
  return namedTemplates.get(name)?.render(messages, { now: NOW, ...asked }) ?? [];
}

const textOf = (pieces: readonly Piece[]) => pieces.map(({ text }) => text).join('');

/** Each text between two marks of its own, so that it is found where it stands and nowhere else. */
const marked = (texts: readonly string[]) => texts.map((text, index) => `«${index}»${text}«/${index}»`);

/** With the marks that a template may put before lines which forge a role. */
const unquoted = (text: string) => text.replaceAll('› ', '');

describe.each([...namedTemplates.keys()])('%s', (name) => {
  it('shows every text once and in order, and only scaffolding holds control tokens, whatever the conversation', async () => {
    const conversation = fc.array(fc.record({ role, text: said }), { minLength: 1, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(conversation, fc.record({ thinking, opening }), async (turns, asked) => {
        const texts = marked(turns.map(({ text }) => text));
        const messages = turns.map((turn, index): ChatMessage => ({ role: turn.role, content: texts[index] ?? '' }));
        const pieces = await render(name, messages, asked);
        const shown = unquoted(textOf(pieces.filter(({ control }) => !control)));
        const places = texts.map((text) => shown.split(unquoted(text)).map(({ length }) => length));
        for (const parts of places) expect(parts).toHaveLength(2);
        const starts = places.map(([before = 0]) => before);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        for (const { text, control } of pieces) expect(!control && holdsControl(text)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('writes no text of its own among the texts but the turn before a greeting', async () => {
    const pieces = await render(name, [{ role: 'assistant', content: 'Sit.' }], { thinking: 'off', opening: '' });
    const texts = pieces.filter(({ control }) => !control).map(({ text }) => text.trim());
    expect(texts.filter((text) => text !== PLACEHOLDER)).toEqual(['Sit.']);
  });

  it('begins each prompt with the last one up to the reply, whether a greeting, a note or a second user came between', async () => {
    const exchange = fc.record({ users: fc.array(said, { minLength: 1, maxLength: 2 }), note: said, reply: said });
    const history = fc.record({ greeting: fc.boolean(), exchanges: fc.array(exchange, { minLength: 2, maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(history, fc.record({ thinking, opening }), async ({ greeting, exchanges }, asked) => {
        const messages: ChatMessage[] = [{ role: 'system', content: 'Be kind.' }];
        if (greeting) messages.push({ role: 'assistant', content: 'Sit.' });
        let last = '';
        for (const { users, note, reply } of exchanges) {
          if (note !== '') messages.push({ role: 'system', content: note });
          messages.push(...users.map((content): ChatMessage => ({ role: 'user', content: `Mina: ${content}` })));
          const prompt = textOf(await render(name, messages, asked));
          expect(prompt.slice(0, last.length)).toBe(last);
          last = keptOf(prompt, NOT_KEPT[name]?.[asked.thinking]);
          messages.push({ role: 'assistant', content: `Rook: ${reply}` });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('writes a past reply where it was said, after what stood there', async () => {
    const hi: ChatMessage = { role: 'user', content: 'hi' };
    const told: ChatMessage[] = [hi, { role: 'assistant', content: 'Rook: Sit.' }, { role: 'user', content: 'more?' }];
    const off: Asked = { thinking: 'off', opening: '' };
    const asked = keptOf(textOf(await render(name, [hi], off)), NOT_KEPT[name]?.off);
    const next = textOf(await render(name, told, off));
    expect(next.slice(asked.length)).toMatch(/^\s?Rook: Sit\./);
    const opened = textOf(await render(name, [hi], { ...off, opening: 'Rook:' })).replace(NOT_KEPT[name]?.off ?? '', '');
    expect(next.slice(0, opened.length + ' Sit.'.length)).toBe(`${opened} Sit.`);
  });

  it('leaves the begin of the sequence to whoever tokenises', async () => {
    const prompt = textOf(await render(name, [{ role: 'user', content: 'hi' }], { thinking: 'off', opening: '' }));
    expect(prompt).not.toMatch(
      /^(<s>|<bos>|<\|begin_of_text\|>|<｜begin▁of▁sentence｜>|<BOS_TOKEN>|\[BOS\]|<\|startoftext\|>)/,
    );
  });
});

/** The part of a prompt that the next one begins with. */
function keptOf(prompt: string, dropped: string | undefined): string {
  if (dropped === undefined) return prompt;
  const at = prompt.lastIndexOf(dropped);
  expect(prompt.slice(at + dropped.length)).toMatch(/^(Rook:)?$/);
  return prompt.slice(0, at);
}

it('names every template of the design, the plain one last', () => {
  expect([...namedTemplates.keys()]).toEqual(
    expect.arrayContaining(
      `chatml llama2 llama3 mistral-v1 mistral-v3 mistral-v7 gemma gemma4 phi qwen3 glm4 alpaca vicuna harmony deepseek command-r
       exaone plain`.split(/\s+/),
    ),
  );
  for (const [name, template] of namedTemplates) expect(template.name).toBe(name);
});
