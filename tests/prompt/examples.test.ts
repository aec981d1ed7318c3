import { expect, it } from 'vitest';
import { parseExamples } from '../../src/prompt/examples.ts';

const names = { char: 'Rook', user: 'Mina' };

it('splits blocks into turns, by macro or by name, in any case', () => {
  const examples = '<START>\n{{user}}: Hi\n{{char}}: Hm.\nSit.\n<start>\nmina: Tea?\r\nROOK: No: never.';
  expect(parseExamples(examples, names)).toEqual([
    { role: 'user', text: 'Hi' },
    { role: 'assistant', text: 'Hm.\nSit.' },
    { role: 'user', text: 'Tea?' },
    { role: 'assistant', text: 'No: never.' },
  ]);
});

it('joins what stands before the first speaker of a block to that speaker', () => {
  expect(parseExamples('A rainy night.\n{{char}}: Hm.', names)).toEqual([{ role: 'assistant', text: 'A rainy night.\nHm.' }]);
});

it('has no turns where nobody speaks', () => {
  for (const examples of ['', '<START>', '  \n<START>\n\n', 'just prose', '{{user}}:\n{{char}}:  ']) {
    expect(parseExamples(examples, names)).toEqual([]);
  }
});
