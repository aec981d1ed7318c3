import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS, MARKS } from '../../../src/backends/thinking/formats.ts';
import { createThinkingSplitter } from '../../../src/backends/thinking/split-thinking.ts';
import type { Piece } from '../../../src/chat.ts';
import { promptOf, REPLIES, type Reply } from './replies.ts';

type Settings = { pieces?: readonly Piece[]; unsure?: boolean; thinks?: boolean; cut?: boolean };

function split(texts: readonly string[], { cut = false, ...opening }: Settings = {}) {
  const splitter = createThinkingSplitter(opening);
  const spoken = [...texts.flatMap((text) => splitter.push(text)), ...splitter.rest({ cut })];
  const join = (type: string) => spoken.map((piece) => (piece.type === type ? piece.text : '')).join('');
  expect(spoken.filter((piece) => piece.text === '')).toEqual([]);
  return { reasoning: join('reasoning'), text: join('text') };
}

const cut = (text: string, at: number) => [text.slice(0, at), text.slice(at)];

/** The text in chunks of so many bytes, as a stream decoder gives them. */
function inBytes(text: string, size: number): string[] {
  const bytes = Buffer.from(text);
  const decoder = new TextDecoder();
  const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size);
  return starts.map((start) => decoder.decode(bytes.subarray(start, start + size), { stream: true }));
}

const everyReply = Object.entries(REPLIES);

describe('the thinking splitter', () => {
  test.each(everyReply)('splits %s, however it is cut', (_name, reply) => {
    const { said, reasoning, text } = reply;
    const settings = { pieces: promptOf(reply) };
    expect(split([said], settings)).toEqual({ reasoning, text });
    for (let at = 0; at <= said.length; at++) expect(split(cut(said, at), settings)).toEqual({ reasoning, text });
    for (const size of [1, 2, 3, 7]) expect(split(inBytes(said, size), settings)).toEqual({ reasoning, text });
  });

  test.each(everyReply)('shows nothing of a thought or a mark of %s that breaks off anywhere', (_name, reply) => {
    const { said, text } = reply;
    for (let at = 0; at <= said.length; at++) {
      const broken = split([said.slice(0, at)], { pieces: promptOf(reply), cut: true });
      // The first three letters of a reply may be those of a head.
      const shown = ['ass', 'Her', 'to='].some((head) => head.startsWith(broken.text)) ? '' : broken.text.trimEnd();
      expect(text.startsWith(shown), said.slice(0, at)).toBe(true);
    }
  });

  test('gives the same for any thought and text, however they are cut', () => {
    const letters = fc.constantFrom('a', ' ', '\n', '<', '>', '/', '|', '[', 't', 'think', '🎭', '안', 'assistant', 'to=');
    const words = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(''));
    const visible = words.map((text) => `A${text}`);
    const marks = [...MARKS.keys()];
    const harmless = (text: string) => !marks.some((mark) => text.includes(mark));
    fc.assert(
      fc.property(
        fc.constantFrom(...FORMATS),
        fc.array(fc.tuple(words, visible), { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        ({ open, close }, turns, cuts) => {
          const all = turns.map(([thought, text]) => `${open}\n${thought}\u0001${close}${text}`).join('');
          fc.pre(turns.every(([thought, text]) => harmless(thought) && harmless(text)));
          const borders = [0, ...cuts.map((at) => Math.min(at, all.length)).sort((a, b) => a - b), all.length];
          const expected = {
            reasoning: turns.map(([thought]) => `\n${thought}\u0001`).join(''),
            text: turns.map(([, text]) => text).join(''),
          };
          expect(split([all])).toEqual(expected);
          expect(split(borders.slice(1).map((border, index) => all.slice(borders[index], border)))).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('gives the same however any heap of marks is cut', () => {
    const bits = fc.constantFrom(
      ...MARKS.keys(),
      'a',
      '\n',
      ' ',
      '`',
      '```',
      'assistant',
      'final',
      'thought',
      '<',
      '<|',
      '<think',
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 14 }), fc.boolean(), fc.boolean(), fc.boolean(), (heap, unsure, thinks, ends) => {
        const said = heap.join('');
        const settings = { unsure, thinks, cut: ends };
        expect(split([...said], settings)).toEqual(split([said], settings));
        expect(split(heap, settings)).toEqual(split([said], settings));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a thought that the prompt opened', () => {
  test.each(FORMATS.map((format) => [format.open, format] as const))(
    'is known from its prompt: %s',
    (open, { close, label }) => {
      for (const end of ['', '\n', ...(label === '' ? [] : [`${label}\n`])]) {
        const pieces = [{ text: `assistant\n${open}${end}`, control: true }];
        expect(split([`a${close}b`], { pieces })).toEqual({ reasoning: 'a', text: 'b' });
        expect(split([`a${close}b`], { pieces: [...pieces, { text: 'Rook:', control: false }] }).text).toContain('a');
      }
    },
  );

  test('is nothing that people can write', () => {
    const pieces = [{ text: 'Say <think>', control: false }];
    expect(split(['Hello'], { pieces })).toEqual({ reasoning: '', text: 'Hello' });
  });
});

describe('a thought that an unseen prompt may have opened', () => {
  const unsure = true;
  const opens = ({ prompt, reasoning }: Reply) => reasoning !== '' && (prompt === undefined || /think|THINK/.test(prompt));
  const hidden = everyReply.filter(([name, reply]) => opens(reply) && !/HyperCLOVA|in between|quotes nothing/.test(name));

  test.each(hidden)('is told from its end: %s', (_name, { said, reasoning, text }) => {
    for (const texts of [[said], [...said]]) expect(split(texts, { unsure })).toEqual({ reasoning, text });
  });

  test.each(FORMATS.map(({ close }) => [close] as const))('is told from %s alone', (close) => {
    for (let at = 0; at < close.length + 10; at++) {
      expect(split(cut(`I think,${close}Hello`, at), { unsure })).toEqual({ reasoning: 'I think,', text: 'Hello' });
    }
  });

  test('is told from what a server leaves of a channel', () => {
    const said = 'analysisThey greet.assistantcommentaryHm.assistantfinalHello';
    expect(split([...said], { unsure })).toEqual({ reasoning: 'analysisThey greet.assistantcommentaryHm.', text: 'Hello' });
    const marked = 'They greet.<|end|><|start|>assistant<|channel|>final<|message|>Hello';
    expect(split([...marked], { unsure })).toEqual({ reasoning: 'They greet.', text: 'Hello' });
  });

  test('may write about the marks', () => {
    const said = 'They want <think> tags, and `</think>`.\nNo.\n</think>\nHello';
    expect(split([...said], { unsure })).toEqual({
      reasoning: 'They want <think> tags, and `</think>`.\nNo.\n',
      text: 'Hello',
    });
  });

  test.each([
    ["Strip it:\n```python\nre.sub(r'<think>.*?</think>', '', text)\n```\nEasy."],
    ['Like so:\n```\n<think>\nHm.\n</think>\nHello\n```\nEasy.'],
    ['It writes `<think>Hm.</think>` first.'],
  ])('is the reply where code quotes a mark with the one that opens it: %j', (said) => {
    for (const texts of [[said], [...said]]) expect(split(texts, { unsure })).toEqual({ reasoning: '', text: said });
    // Cut before the code ends, it may be anything.
    const broken = said.slice(0, said.indexOf('</think>') + '</think>'.length + 1);
    for (const texts of [[broken], [...broken]]) expect(split(texts, { unsure, cut: true }).text).toBe('');
  });

  test.each([
    ['Quoted: ```\n<think>a</think>\n```\nNow.', '\nHello `x`'],
    ['A fence left open: ```\n<think> is the mark.', '\nHello'],
    ['A fence left open: ```\n<think> is the mark.', '\nHello:\n```python\nx\n```'],
    ['A tick left open: `<think> is the mark.', '\nHello `x`'],
    ['Shown:\n```\n<think>\nHm.\n```\nNow.', '\nHello'],
  ])('ends where its own mark stands, whatever code it quotes: %j', (thought, text) => {
    const said = `${thought}</think>${text}`;
    for (const texts of [[said], [...said]]) {
      expect(split(texts, { unsure })).toEqual({ reasoning: thought, text: text.trimStart() });
    }
  });

  test.each([
    ['I begin with\n```\n<think>\nand a SECRET, then close it.\n', 'Here:\n```\nint x;\n```\nDone.'],
    ['Write `<think> SECRET as they ask, fine. ', 'Use `x`.'],
    ['Both:\n```\n<think>\na\n</think>\n```\nNow `<think>b, SECRET', 'Use `x`.'],
  ])('of a model that is known to think ends with its last mark, be it in code, unless it was cut: %j', (thought, text) => {
    for (const texts of [[`${thought}</think>${text}`], [...`${thought}</think>${text}`]]) {
      expect(split(texts, { unsure, thinks: true })).toEqual({ reasoning: thought, text });
      expect(split(texts, { unsure, thinks: true, cut: true }).text).toBe('');
    }
  });

  test('that was cut becomes the reply on evidence, unless it reads like a thought and may be one', () => {
    const rest = (said: string, trust: 'likely' | 'sure' = 'likely') => {
      const splitter = createThinkingSplitter({ unsure });
      return [...splitter.push(said), ...splitter.rest({ cut: true, isReply: trust })];
    };
    expect(rest('Evening. Shut the door and <thi')).toEqual([{ type: 'text', text: 'Evening. Shut the door and ' }]);
    for (const said of ['Okay, the user greets me', '用户说你好', 'Mina greets. I should reply briefly', 'Stay in character']) {
      expect(rest(said), said).toEqual([{ type: 'reasoning', text: said }]);
      expect(rest(said, 'sure'), said).toEqual([{ type: 'text', text: said }]);
    }
  });

  test('is the reply when none ends, unless it was cut', () => {
    const said = 'analysis is assistance: `</think>`.';
    expect(split([...said], { unsure })).toEqual({ reasoning: '', text: said });
    expect(split([...said], { unsure, cut: true })).toEqual({ reasoning: said, text: '' });
  });

  test('keeps nothing back once a thought came by another way', () => {
    const splitter = createThinkingSplitter({ unsure });
    expect(splitter.push('\nHel')).toEqual([]);
    splitter.settle();
    expect(splitter.push('lo')).toEqual([{ type: 'text', text: 'Hello' }]);
    expect(splitter.showedOpening).toBe(true);
  });

  test('is taken for a thought when it is longer than any reply, and is kept back no longer', () => {
    const splitter = createThinkingSplitter({ unsure });
    let reasoning = 0;
    for (let chunk = 0; chunk < 300; chunk++) {
      for (const piece of splitter.push('They greet me, and. '.repeat(50))) {
        expect(piece.type).toBe('reasoning');
        reasoning += piece.text.length;
      }
    }
    expect(reasoning).toBeGreaterThan(200_000);
    expect(splitter.push('</think>Hello').at(-1)).toEqual({ type: 'text', text: 'Hello' });
  });

  test('is remembered as one whose beginning did not come', () => {
    const seen = (said: string) => {
      const splitter = createThinkingSplitter({ unsure });
      splitter.push(said);
      splitter.rest();
      return splitter.showedOpening;
    };
    expect(seen('Hm</think>Hello')).toBe(false);
    expect(seen('<think>Hm</think>Hello')).toBe(true);
    expect(seen('Hello')).toBe(undefined);
  });

  test('is remembered also where nobody was unsure, so that the next reply is', () => {
    const splitter = createThinkingSplitter();
    splitter.push('Hm, they greet me.\n</think>\nHello');
    splitter.rest();
    expect(splitter.showedOpening).toBe(false);
  });
});

describe('a control token', () => {
  test('is a mark inside of code as well', () => {
    const splitter = createThinkingSplitter();
    const spoken = [
      ...splitter.push('```\nx'),
      ...splitter.push('<|channel|>', true),
      ...splitter.push('analysis'),
      ...splitter.push('<|message|>', true),
      ...splitter.push('hm'),
      ...splitter.rest(),
    ];
    expect(spoken).toEqual([
      { type: 'text', text: '```\nx' },
      { type: 'reasoning', text: 'hm' },
    ]);
  });
});

describe('what ends the open thought', () => {
  const closing = (said: string, pieces: readonly Piece[] = []) => {
    const splitter = createThinkingSplitter({ pieces });
    splitter.push(said);
    return splitter.closing;
  };

  test.each(FORMATS.map((format) => [format.open, format] as const))('brings every format to its reply: %s', (open, format) => {
    const splitter = createThinkingSplitter();
    splitter.push(`${open}and so on`);
    expect(splitter).toMatchObject({ thinking: true, closing: format.closing });
    const spoken = [...splitter.push(splitter.closing ?? '', true), ...splitter.push('Hello'), ...splitter.rest()];
    expect(spoken.filter(({ type }) => type === 'text')).toEqual([{ type: 'text', text: 'Hello' }]);
    expect(splitter).toMatchObject({ thinking: false, closing: undefined });
  });

  test.each([
    ['Harmony', '<|start|>assistant', '<|channel|>analysis<|message|>hm'],
    ['Harmony in a head', '<|start|>assistant', '<|channel|>analy'],
    ['Solar', '<|begin|>assistant', '<|think|>hm'],
    ['Muse', '<|start|>assistant', ' to=self<|message|>hm'],
    ['HyperCLOVA X', '<|im_start|>assistant/think\n', 'hm'],
  ])('brings a message to the reply: %s', (_name, prompt, said) => {
    const splitter = createThinkingSplitter({ pieces: [{ text: prompt, control: true }] });
    splitter.push(said);
    const spoken = [...splitter.push(splitter.closing ?? '', true), ...splitter.push('Hello'), ...splitter.rest()];
    expect(spoken.filter(({ type }) => type === 'text')).toEqual([{ type: 'text', text: 'Hello' }]);
  });

  test('is nothing while no thought is open', () => {
    expect(closing('Hello')).toBe(undefined);
    expect(closing('<think>a</think>')).toBe(undefined);
    expect(closing('Hel', [{ text: '<|start|>assistant', control: true }])).toBe(undefined);
  });
});
