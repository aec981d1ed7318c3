// What may follow a word in Korean without a space. A closed list: `미나` is not in `미나리`, though `미나라고` holds it.

const AFTER_NAMES = ['님', '씨'];
const AFTER_NUMBERS = ['살', '번'];

const PARTICLES = [
  ...[
    '이',
    '가',
    '은',
    '는',
    '을',
    '를',
    '과',
    '와',
    '의',
    '도',
    '만',
    '로',
    '으로',
    '에',
    '에서',
    '에게',
    '한테',
    '께',
    '께서',
  ],
  ...['까지', '부터', '보다', '처럼', '랑', '이랑', '하고', '아', '야'],
];
const AFTER_PARTICLES = ['은', '는', '도', '만', '요'];

/** `이다` in the forms that the training data's lines have, and in those that stand beside them in talk. */
const COPULAS = [
  ...[
    '이에요',
    '예요',
    '이야',
    '입니다',
    '이요',
    '요',
    '이죠',
    '죠',
    '이지요',
    '지요',
    '이네요',
    '네요',
    '이군요',
    '군요',
    '이구나',
    '구나',
  ],
  ...[
    '이잖아요',
    '잖아요',
    '이거든요',
    '거든요',
    '이거든',
    '거든',
    '이고',
    '이고요',
    '인데',
    '인데요',
    '인가요',
    '였어요',
    '이었어요',
  ],
  ...[
    '였죠',
    '이었죠',
    '이라고',
    '라고',
    '이라고요',
    '라고요',
    '이라는',
    '라는',
    '이라서',
    '라서',
    '이라니',
    '라니',
    '이래요',
    '래요',
  ],
  ...['이랬어요', '랬어요', '이랬죠', '랬죠', '이라면서요', '라면서요', '이시죠', '이시군요'],
];

const either = (endings: readonly string[]) => `(?:${endings.join('|')})`;
const behind = (titles: readonly string[]) =>
  `${either(titles)}?(?:${either(PARTICLES)}${either(AFTER_PARTICLES)}?|${either(COPULAS)})?`;
const [BEHIND_A_NUMBER, BEHIND_A_WORD] = [behind(AFTER_NUMBERS), behind(AFTER_NAMES)];
const ENDS_A_NUMBER = new RegExp(`^${BEHIND_A_NUMBER}$`, 'u');
const ENDS_A_WORD = new RegExp(`^${BEHIND_A_WORD}$`, 'u');
const NUMBER_AT_END = /\p{N}$/u;

/** The source of a pattern for whatever may stand directly after this word, nothing too: `님이`, `이라고`, after digits `살이에요`. */
export function endingsAfter(word: string): string {
  return NUMBER_AT_END.test(word) ? BEHIND_A_NUMBER : BEHIND_A_WORD;
}

/** All that the word may be with an ending taken off: 서울이라고 → 서울. */
export function withoutEndings(word: string): string[] {
  const cuts = Array.from({ length: Math.max(0, word.length - 1) }, (_, index) => index + 1);
  return cuts.map((at) => word.slice(0, at)).filter((base) => isEnding(word.slice(base.length), base));
}

function isEnding(rest: string, base: string): boolean {
  return (NUMBER_AT_END.test(base) ? ENDS_A_NUMBER : ENDS_A_WORD).test(rest);
}
