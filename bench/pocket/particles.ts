// Lines with slots: `{v}`, and in Korean `{v:은/는}`, whose particle follows from the sound that the value ends with. The same rules
// as tools/pocket/korean.py, by which the training text is made.

const SLOT = /\{(\w+)(?::([^/}]*)\/([^}]*))?\}/g;
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const FINALS = 28;
const FINAL_L = 8;

/** Zero to nine as they are read in Korean (영 일 이 삼 사 오 육 칠 팔 구): whether a consonant ends them, and whether it is ㄹ. */
const DIGIT_SOUNDS: readonly Sound[] = ['closed', 'l', 'open', 'closed', 'open', 'open', 'closed', 'l', 'l', 'open'];

type Sound = 'open' | 'closed' | 'l';

/** The line with its slots filled. Throws where a slot has no value: such a line would reach the model as it is written. */
export function fillSlots(line: string, values: Readonly<Record<string, string>>): string {
  return line.replace(SLOT, (_, name: string, afterConsonant: string | undefined, afterVowel: string | undefined) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Nothing is given for {${name}} in the line "${line}".`);
    if (afterConsonant === undefined) return value;
    return value + (takesFirst(value, afterConsonant) ? afterConsonant : (afterVowel ?? ''));
  });
}

/** Whether every slot of the line is among these. */
export function hasOnlySlots(line: string, names: readonly string[]): boolean {
  return [...line.matchAll(SLOT)].every(([, name]) => name !== undefined && names.includes(name));
}

/** The line's own words. */
export function withoutSlots(line: string): string {
  return line.replace(SLOT, ' ');
}

/** 으로 alone treats ㄹ like a vowel: 서울로. */
function takesFirst(value: string, particle: string): boolean {
  const sound = lastSound(value);
  return sound === 'closed' || (sound === 'l' && particle !== '으로');
}

function lastSound(value: string): Sound {
  const last = Array.from(value.normalize('NFC').trim()).at(-1) ?? '';
  const code = last.codePointAt(0) ?? 0;
  if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE) {
    const final = (code - FIRST_SYLLABLE) % FINALS;
    return final === 0 ? 'open' : final === FINAL_L ? 'l' : 'closed';
  }
  if (/^[0-9]$/.test(last)) return DIGIT_SOUNDS[Number(last)] ?? 'open';
  if (/^l$/i.test(last)) return 'l';
  return /^[bckmnpt]$/i.test(last) ? 'closed' : 'open';
}
