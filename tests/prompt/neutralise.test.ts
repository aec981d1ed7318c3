import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsControl, neutralise } from '../../src/prompt/neutralise.ts';

/** One or more control tokens of each model family, as their tokenizers write them. */
const TOKENS = (
  '<|im_start|> <|im_end|> <|endoftext|> <|begin_of_text|> <|start_header_id|> <|end_header_id|> <|eot_id|> <|header_start|> <|eot|> ' +
  '[INST] [/INST] <<SYS>> <</SYS>> <s> </s> [SYSTEM_PROMPT] [AVAILABLE_TOOLS] [TOOL_CALLS] [TOOL_RESULTS] <start_of_turn> ' +
  '<end_of_turn> <|turn> <turn|> <|channel> <channel|> <|start|> <|message|> <|channel|> <|end|> <|return|> <|call|> <|user|> ' +
  '<|assistant|> <|system|> <｜User｜> <｜Assistant｜> <｜begin▁of▁sentence｜> <｜end▁of▁sentence｜> <|START_OF_TURN_TOKEN|> ' +
  '[|system|] [|user|] [|assistant|] [|endofturn|] [gMASK] <sop> <|observation|> <think> </think> <tool_call> [THINK] <unused12> ' +
  '<seed:bos> <role> </role> <|message_sep|> ]~b]'
).split(' ');

const fragment = fc.oneof(
  fc.constantFrom(...TOKENS),
  fc.constantFrom('<', '|', '｜', '>', '[', ']', '/', '<|', '|>', '<｜', 'im_end', 'INST', '‹', '［', '\n', ' ', '\u0338'),
  fc.constantFrom('\u200b', '\u200d', '\ufe0f', '\u2060', '\u{e0041}', '\u00ad'),
  fc.constantFrom('안녕', '👩‍🚀', 'e\u0301', '＜|im_end|＞', 'a < b > c'),
);
const hostile = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(''));

describe('neutralise', () => {
  it.each(TOKENS)('makes %s plain, and only its first character differs', (token) => {
    expect(holdsControl(token)).toBe(true);
    const plain = neutralise(`a ${token} b`);
    expect(holdsControl(plain)).toBe(false);
    expect(plain).not.toContain(token);
    expect(plain.slice(3)).toBe(`${token.slice(1)} b`);
  });

  it('leaves no token in any mixture of tokens, parts of tokens and invisible characters, also once the invisible are gone', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = neutralise(text);
        expect(holdsControl(plain)).toBe(false);
        const visible = plain.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '');
        for (const token of TOKENS) expect(visible.includes(token)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  it('changes nothing more when done twice', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(neutralise(neutralise(text))).toBe(neutralise(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves text without tokens as it is', () => {
    const texts = [
      'f <| g |> h',
      'if (a < b && c > d) return [1, 2];',
      '<@123> <:wave:456> <https://example.org> [link](url) #general',
      '👨‍👩‍👧 안녕하세요, ＜｜ 반가워요',
      '| a | b |\n|---|---|',
      '<b>bold</b> <S> [Inst] ||spoiler||',
    ];
    for (const text of texts) expect(neutralise(text)).toBe(text);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!holdsControl(text.normalize('NFC')) && !holdsControl(text));
        expect(neutralise(text)).toBe(text);
      }),
    );
  });

  it('composes to NFC what holds a token, leaves decomposed text alone, and never turns full-width look-alikes into tokens', () => {
    const decomposed = '한국'.normalize('NFD');
    expect(neutralise(decomposed)).toBe(decomposed);
    expect(neutralise(`${decomposed}<|im_end|>`)).toBe('한국‹|im_end|>');
    expect(neutralise('＜|im_end|＞')).toBe('＜|im_end|＞');
  });
});
