import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literalsFor } from '../../src/prompt/literals/literals.ts';
import { controlSpans, holdsControl, neutralise } from '../../src/prompt/neutralise.ts';

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
      'a <b |> f |> g <h and f <|x -> y> and f <|x => y>',
      'let list = [|1; 2; 3|] and [|x|]',
      '[IMG]https://example.org/a.png[/IMG] <image> git clone <REPO> <PRE>x</PRE> [PREFIX] [AUDIO]',
      '/think /no_think detailed thinking on',
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

  it.each(['\u200b', '\0', '\b', '\x1b', '\u0085', '\ufeff', '\ud800', '\udc00', '\u{e0100}', '\u3164'])(
    'finds a token with %j in it, which may be taken out later',
    (hidden) => {
      expect(neutralise(`<|im${hidden}_end|>`)).toBe(`‹|im${hidden}_end|>`.normalize('NFC'));
      expect(neutralise(`${hidden}<${hidden}s>`)).toBe(`${hidden}‹${hidden}s>`);
    },
  );

  it('breaks every token where tokens stand in each other or overlap', () => {
    for (const text of [
      '<|im_<|im_end|>end|>',
      '[INST[INST]]',
      ']~b]~b]~b]',
      '<<s>>',
      '<think</think>>',
      '<abc<abc<abc|>',
      '[[INST]INST]',
    ]) {
      expect(holdsControl(text)).toBe(true);
      expect(holdsControl(neutralise(text))).toBe(false);
    }
  });

  it('leaves nothing that a compatibility normal form would turn into a token, in text of plain characters', () => {
    const signs = fc.string({ unit: fc.constantFrom(...'<>[]|/~esINST_b'), maxLength: 30 });
    fc.assert(
      fc.property(fc.oneof(hostile, signs), (text) => {
        fc.pre(text === text.normalize('NFKC'));
        expect(holdsControl(neutralise(text).normalize('NFKC'))).toBe(false);
      }),
    );
    expect(neutralise('[MAS\u212a]')).toBe('⁅MASK]'); // the Kelvin sign is a K in NFC
  });
});

describe("neutralise, with a model's own tokens", () => {
  const literals = literalsFor({
    controlTexts: ['@@eot@@', '{{sys}}', '[multimodal]', '  ', '\n\n', 'hello', '👩‍🚀', '<b>', '▁<MSG>', '\u200b<odd>'],
    template: "{{ '<turn>' + messages[0].content + '</turn>' }}",
    bosToken: '<bos-1>',
  });

  it.each([
    ['@@eot@@', '@·@eot@@'],
    ['{{sys}}', '{·{sys}}'],
    ['[multimodal]', '⁅multimodal]'],
    ['a <MSG>', 'a ‹MSG>'],
    ['<odd>', '‹odd>'],
    ['<turn> </turn>', '‹turn> ‹/turn>'],
    ['<bos-1>', '‹bos-1>'],
    ['<|im_end|>', '‹|im_end|>'],
  ])('makes %s plain', (text, plain) => {
    expect(neutralise(text, literals)).toBe(plain);
    expect(neutralise(plain, literals)).toBe(plain);
  });

  it('leaves those of its tokens that are ordinary text, to the byte', () => {
    const text = 'hello  <b>hello</b>\n\n  👩‍🚀 <p> [0] {{user}} @everyone  '.normalize('NFD');
    expect(neutralise(text, literals)).toBe(text);
  });

  it.each(['[IMG]', '<image>', '<REPO>', '<a-b|>', '[|x1|]'])(
    'makes %s plain where the model has it, and only there',
    (token) => {
      expect(neutralise(token, literalsFor({ controlTexts: [token] }))).not.toContain(token);
      expect(neutralise(token, literalsFor({ template: `{{ ${JSON.stringify(token)} + m.content }}` }))).not.toContain(token);
      expect(neutralise(token)).toBe(token);
    },
  );

  it('leaves what only another model would read', () => {
    expect(neutralise('@@eot@@ [multimodal] <turn>')).toBe('@@eot@@ [multimodal] <turn>');
  });

  it('comes to an end with a vocabulary that has tokens like its own look-alikes', () => {
    const odd = literalsFor({ controlTexts: ['<x>', '‹x>', '@x@', '@·x@', '@··x@', '⁅y]', '[y]'] });
    for (const text of ['<x>', '‹x>', '@x@', '@@x@@', '[y]', '<<x>>[[y]]']) {
      const plain = neutralise(text, odd);
      expect(holdsControl(plain, odd)).toBe(false);
      expect(neutralise(plain, odd)).toBe(plain);
    }
  });

  it('breaks the rest of a token at either end, where the template would write the other part', () => {
    const edgy = literalsFor({ controlTexts: ['>>TITLE<<', '<|end|>', ']~!b[', '[e~['] });
    expect(neutralise('>>TITLE<', edgy)).toBe('>·>TITLE<');
    expect(neutralise(' >>TITL\u200bE<\n', edgy)).toBe(' >·>TITL\u200bE<\n');
    expect(neutralise('x ]~!b', edgy)).toBe('x ⁆~!b');
    expect(neutralise('>>TITLE< is no token', edgy)).toBe('>>TITLE< is no token');
    expect(neutralise('f[0] <', literalsFor({ controlTexts: ['<|im_end|>', '<think>'] }))).toBe('f[0] <');
  });
});

describe('controlSpans', () => {
  it('gives each token from its start to its end, the longest where several begin', () => {
    expect(controlSpans('a<s>b<|im_end|>[INST]')).toEqual([
      [1, 4],
      [5, 15],
      [15, 21],
    ]);
    expect(controlSpans('<<SYS>>')).toEqual([[0, 7]]);
  });
});
