import { APIError } from 'openai';
import { describe, expect, test } from 'vitest';
import { readRefusal } from '../../../../src/backends/openai/learning/read-refusal.ts';

const DIALS = ['temperature', 'max_tokens', 'top_p', 'top_k', 'min_p', 'repeat_penalty', 'presence_penalty', 'seed', 'stop'];
const SENT = new Set([...DIALS, 'stream_options', 'reasoning_effort', 'chat_template_kwargs']);

function refuse(error: unknown, status = 400): APIError {
  return APIError.generate(status, { error }, undefined, new Headers());
}
const fieldOf = (error: unknown, status?: number) => readRefusal(refuse(error, status), SENT)?.field;

describe('a refused setting is found', () => {
  test.each([
    [
      'in the words of OpenAI',
      {
        message: "Unsupported parameter: 'top_k' is not supported with this model.",
        param: 'top_k',
        code: 'unsupported_parameter',
      },
      'top_k',
    ],
    [
      'where OpenAI proposes another',
      { message: "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.", param: null },
      'max_tokens',
    ],
    ['in the words of Azure', { message: 'Unrecognized request argument supplied: min_p' }, 'min_p'],
    ['in the words of Groq', { message: "property 'repeat_penalty' is unsupported" }, 'repeat_penalty'],
    ['in the words of xAI', { message: 'Model grok-4 does not support parameter presencePenalty.' }, 'presence_penalty'],
    ['in the words of Gemini', { message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.' }, 'seed'],
    ['in a plain word that is quoted', { message: "'stop' is not supported with this model" }, 'stop'],
    ['before a colon', { message: 'temperature: Input should be a valid number' }, 'temperature'],
    [
      'in a list of pydantic',
      { detail: [{ type: 'extra_forbidden', loc: ['body', 'min_p'], msg: 'Extra inputs are not permitted', input: 0.04 }] },
      'min_p',
    ],
    [
      'in such a list inside of a text',
      { message: "[{'type': 'extra_forbidden', 'loc': ('body', 'top_k'), 'msg': 'Extra inputs are not permitted'}]" },
      'top_k',
    ],
    ['by a part of it', { message: 'Unsupported value', param: 'reasoning_effort.value' }, 'reasoning_effort'],
    [
      'where only the matter is named',
      { message: 'chat_template is not supported for Mistral tokenizers.' },
      'chat_template_kwargs',
    ],
    ['where only thinking is named', { message: '"llama3" does not support thinking' }, 'reasoning_effort'],
  ])('%s', (_, error, field) => {
    const sent = field === 'chat_template_kwargs' ? new Set(['chat_template_kwargs']) : SENT;
    expect(readRefusal(refuse(error), sent)?.field).toBe(field);
    expect(readRefusal(refuse(error, 422), sent)?.field).toBe(field);
  });

  test.each([
    ['an error about something else', { message: "'messages' must contain the word 'json'" }],
    ['a plain word in a sentence', { message: 'Please stop sending so many requests; the seed of doubt is sown.' }],
    ['a field that was not sent', { message: "Unsupported parameter: 'logit_bias'" }],
    ['nothing', undefined],
  ])('not in %s', (_, error) => {
    expect(fieldOf(error)).toBeUndefined();
  });

  test('not in an error that is no refusal', () => {
    expect(fieldOf({ message: "Unsupported parameter: 'top_k'" }, 500)).toBeUndefined();
    expect(readRefusal(new Error("Unsupported parameter: 'top_k'"), SENT)).toBeUndefined();
  });

  test.each([
    ['temperature: Input should be less than or equal to 2', true],
    ['max_tokens is too large: 8492', true],
    ["'temperature' does not support 0.7 with this model. Only the default (1) value is supported.", false],
    ["property 'top_k' is unsupported", false],
  ])('as one of its value or of the field itself: %s', (message, onlyValue) => {
    expect(readRefusal(refuse({ message }), SENT)?.onlyValue).toBe(onlyValue);
  });

  test('with the words that are taken instead', () => {
    const message =
      "Unsupported value: 'reasoning_effort' does not support 'none'. Supported values are: 'low', 'medium' and 'high'.";
    expect(readRefusal(refuse({ message, param: 'reasoning_effort' }), SENT)?.words).toEqual(['none', 'low', 'medium', 'high']);
  });
});
