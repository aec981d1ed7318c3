import { describe, expect, test } from 'vitest';
import { createThinkingSplitter } from '../../src/backends/split-thinking.ts';

function split(pieces: readonly string[]) {
  const splitter = createThinkingSplitter();
  const spoken = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.rest()];
  const join = (type: string) => spoken.map((piece) => (piece.type === type ? piece.text : '')).join('');
  return { reasoning: join('reasoning'), text: join('text'), empty: spoken.filter((piece) => piece.text === '') };
}

const cases: [string, string, string][] = [
  ['<think>Hm.</think>\n\nYes.', 'Hm.', 'Yes.'],
  ['\n <thinking>a < b</thinking> Yes. ', 'a < b', 'Yes. '],
  ['[THINK]Hm[/THINK]Yes', 'Hm', 'Yes'],
  ['<think></think>\nYes', '', 'Yes'],
  ['<think>one</think><think>two</think>Yes', 'onetwo', 'Yes'],
  ['<think>never closed </thin', 'never closed </thin', ''],
  ['<think>a</think>  ', 'a', ''],
  [' <thing> is fine <think>', '', ' <thing> is fine <think>'],
  ['<th', '', '<th'],
  ['  ', '', '  '],
  ['Yes. <think>no</think>', '', 'Yes. <think>no</think>'],
];

describe('the thinking splitter', () => {
  test.each(cases)('splits %j, whole and letter by letter', (said, reasoning, text) => {
    for (const pieces of [[said], [...said]]) expect(split(pieces)).toEqual({ reasoning, text, empty: [] });
  });
});
