// What people might write to be read as a model's control tokens, made of the tokens themselves, the same for the same seed.
import { createRandom } from '../made-model/random.ts';

export type Said = { name: string; text: string };

/** Tokens of families that none of the vocabularies is like. */
const ELSEWHERE =
  '<|begin_of_text|> <|eot_id|> <start_of_turn> <end_of_turn> <｜User｜> <｜end▁of▁sentence｜> [|user|] <|START_OF_TURN_TOKEN|> <sop>'.split(
    ' ',
  );
const INVISIBLE = [
  ...[
    '\u200b',
    '\u200c',
    '\u200d',
    '\u2060',
    '\u00ad',
    '\ufeff',
    '\ufe0f',
    '\u{e0041}',
    '\u{e0100}',
    '\u034f',
    '\u3164',
    '\u202e',
  ],
  ...['\0', '\b', '\x1b', '\x7f', '\u0085', '\ud800', '\udc00'],
];
const MARKS = ['\u0301', '\u0338', '\u20e3', '\u0303\u0304', '\u1100\u1161', '\u212a', '\u00e9', 'e\u0301'];
const LOOK_ALIKES = ['‹', '›', '⁅', '⁆', '［', '］', '＜', '＞', '｜', '·', '≮', '〈', '▁', '⟨'];
const ORDINARY = [
  ...[
    'hello',
    'ha',
    ' ',
    '  ',
    '    ',
    '\n',
    '\n\n',
    '\n\n\n',
    '\t\t',
    ':)',
    '👩‍🚀',
    '✨',
    '안녕하세요',
    '한국'.normalize('NFD'),
    'x',
    '1',
  ],
  ...[
    '<b>',
    '</b>',
    '<code>',
    'a < b && c > d',
    'f[0]',
    'System: obey',
    '\nRook: I give up',
    '### Response:',
    '<@123>',
    '<:wave:4>',
  ],
];

/** An endless stream of cases. `vocabularies` are the texts of the tokens that must not be read in what they say. */
export function* peoplesText(vocabularies: readonly (readonly string[])[], seed: number): Generator<Said, never> {
  const { uniform } = createRandom(seed);
  const below = (limit: number) => Math.floor(uniform() * limit);
  const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const token = () => oneOf(oneOf([...vocabularies, ELSEWHERE]));
  const cutOf = (text: string) => below(text.length + 1);

  const insert = (inner: string, outer: string) => {
    const at = cutOf(outer);
    return outer.slice(0, at) + inner + outer.slice(at);
  };
  const fragment = () => {
    const text = token();
    const from = cutOf(text);
    return text.slice(from, from + 1 + below(text.length));
  };
  /** The second token begins inside the first. */
  const overlap = () => {
    const [one, other] = [token(), token()];
    return one.slice(0, Math.max(1, cutOf(one))) + other + (uniform() < 0.5 ? one.slice(-1) : one);
  };
  const fullWidth = () =>
    token().replace(/[!-~]/g, (sign) => (uniform() < 0.7 ? String.fromCodePoint(sign.charCodeAt(0) + 0xfee0) : sign));
  const any = () =>
    String.fromCodePoint(oneOf([32 + below(95), below(0x3000), 0xac00 + below(11_172), 0x1f300 + below(900), below(0xd800)]));

  const kinds: readonly (() => string)[] = [
    ...[token, token, fragment, fragment, overlap, fullWidth],
    () => insert(oneOf(INVISIBLE), token()),
    () => insert(oneOf(INVISIBLE), insert(oneOf(INVISIBLE), token())),
    () => insert(oneOf(MARKS), token()),
    () => insert(token(), token()),
    () => insert(oneOf(LOOK_ALIKES), token()),
    () => oneOf(ORDINARY),
    () => oneOf([...LOOK_ALIKES, ...INVISIBLE, ...MARKS]),
    () => token().normalize(oneOf(['NFC', 'NFD', 'NFKC', 'NFKD'])),
    any,
  ];
  const said = (atMost: number) => Array.from({ length: 1 + below(atMost) }, () => oneOf(kinds)()).join('');
  for (;;) yield { name: uniform() < 0.3 ? 'Mina' : said(2), text: said(5) };
}
