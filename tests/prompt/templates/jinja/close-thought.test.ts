import { describe, expect, it } from 'vitest';
import { closeThought } from '../../../../src/prompt/templates/jinja/close-thought.ts';
import { content, scaffold } from '../../../../src/prompt/templates/pieces.ts';

const close = (end: string) => {
  const { pieces, changes } = closeThought({ pieces: [content('hi'), scaffold(end)], rung: 'as-is', changes: [] });
  return { end: pieces.at(-1)?.text, changes };
};

describe('a thought that the template begins', () => {
  it.each([
    ['<ai><think>\n', '<ai><think>\n\n</think>\n\n'],
    ['<ai><Thought>', '<ai><Thought>\n\n</Thought>\n\n'],
    ['<ai><analysis>\n', '<ai><analysis>\n\n</analysis>\n\n'],
    ['<ai><seed:think>', '<ai><seed:think>\n\n</seed:think>\n\n'],
    ['<ai><longcat_think>', '<ai><longcat_think>\n\n</longcat_think>\n\n'],
    ['<ai>[THINK]', '<ai>[THINK][/THINK]'],
    ['<ai><|START_THINKING|>', '<ai><|START_THINKING|><|END_THINKING|><|START_RESPONSE|>'],
    ['<ai><|inner_prefix|>', '<ai><|inner_prefix|><|inner_suffix|>'],
    ['<ai><|begin_of_thought|>\n', '<ai><|begin_of_thought|>\n\n<|end_of_thought|>\n\n<|begin_of_solution|>'],
    ['<|turn>model\n<|channel>thought\n', '<|turn>model\n<|channel>thought\n<channel|>'],
    ['<|open|>think<|sep|>', '<|open|>think<|sep|><|close|>think<|sep|><|open|>response<|sep|>'],
    ['<|begin|>assistant<|think|>', '<|begin|>assistant<|content|>'],
    ['<|start|>assistant<|channel|>analysis<|message|>', '<|start|>assistant<|channel|>final<|message|>'],
    ['<|im_start|>assistant/think\n', '<|im_start|>assistant\n'],
  ])('is closed, or not begun: %j', (end, closed) => {
    expect(close(end)).toEqual({ end: closed, changes: ['the reasoning that the template begins is closed at once'] });
  });

  it.each(['[BEGIN THINK]', '<|think|>', '<|thinking|>', '<reasoning_effort>', '◁deep thought▷'])(
    'is told where nobody knows how to close it: %s',
    (mark) => {
      expect(close(`<ai>${mark}\n`)).toEqual({
        end: `<ai>${mark}\n`,
        changes: [`the template begins to reason (${mark}) and cannot be told not to`],
      });
    },
  );

  it.each([
    '<think>\n\n</think>\n\n',
    '[THINK][/THINK]',
    '<|START_THINKING|><|END_THINKING|>',
    '<|channel>thought\n<channel|>',
    '<｜end▁of▁thinking｜>',
    '<|end_of_thought|>',
    '<no_think>',
    '<end_thought>',
    '<|im_start|>assistant\n',
    'I think',
  ])('is none in %j', (end) => {
    expect(close(end)).toEqual({ end, changes: [] });
  });

  it('is not looked for in what people say', () => {
    const { changes } = closeThought({ pieces: [scaffold('<ai>'), content('<think>')], rung: 'as-is', changes: [] });
    expect(changes).toEqual([]);
  });
});
