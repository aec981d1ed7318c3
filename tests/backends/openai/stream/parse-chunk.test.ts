import { describe, expect, it } from 'vitest';
import { parseChunk } from '../../../../src/backends/openai/stream/parse-chunk.ts';

const parse = (value: unknown) => parseChunk(JSON.stringify(value));
const NOTHING = { kind: 'said', text: '', reasoning: '', finish: undefined, usage: undefined };

describe('parseChunk', () => {
  it.each([[''], [null], [undefined]])('takes the finish_reason %j for none', (finish_reason) => {
    expect(parse({ choices: [{ delta: { content: 'Hel' }, finish_reason }] })).toEqual({ ...NOTHING, text: 'Hel' });
  });

  it('gives the finish_reason that is one', () => {
    expect(parse({ choices: [{ delta: {}, finish_reason: 'stop' }] })).toEqual({ ...NOTHING, finish: 'stop' });
  });

  it.each([
    ['that says what it is', { object: 'chat.completion.chunk' }],
    ['with an id and a time', { id: 'x', created: 1 }],
    ['with choices that are null', { object: 'chat.completion.chunk', choices: null, usage: null }],
    ['with a usage that cannot be read', { id: 'x', created: 1, usage: { tokens: 'many' } }],
    ['with no choice', { choices: [] }],
  ])('takes a chunk %s and nothing else for an empty one', (_, chunk) => {
    expect(parse(chunk)).toEqual(NOTHING);
  });

  it.each([
    ['as a text', 'hm'],
    ['as parts', [{ type: 'text', text: 'hm' }]],
  ])('takes thoughts for reasoning that stand among the parts of the content, %s', (_, thinking) => {
    const content = [
      { type: 'thinking', thinking },
      { type: 'text', text: 'Hi.' },
    ];
    expect(parse({ choices: [{ delta: { content } }] })).toEqual({ ...NOTHING, text: 'Hi.', reasoning: 'hm' });
  });

  it('takes the reasoning from whichever field has it', () => {
    const delta = { reasoning_content: '', reasoning: 'hm' };
    expect(parse({ choices: [{ delta }] })).toEqual({ ...NOTHING, reasoning: 'hm' });
  });

  it.each([[{ hello: 'world' }], [{ object: 'list', data: [] }], [{ id: 'x' }], ['text'], [null], [[]]])(
    'does not know %j',
    (value) => {
      expect(parse(value)).toEqual({ kind: 'unknown' });
    },
  );

  it('puts content that comes in parts together, text alone', () => {
    const content = [
      { type: 'text', text: 'Hel' },
      { type: 'image_url', image_url: {} },
      { type: 'other', text: 'no' },
      { type: 'text', text: 'lo' },
    ];
    expect(parse({ choices: [{ delta: { content } }] })).toEqual({ ...NOTHING, text: 'Hello' });
    expect(parse({ choices: [{ message: { content: [] }, finish_reason: 'stop' }] })).toEqual({ ...NOTHING, finish: 'stop' });
  });
});
