/**
 * Letters that are drawn like a Latin letter or nearly so, behind the letter they look like. As facts of the scripts; the list is
 * not whole. `l` stands for i, I, l and 1, of which many typefaces draw two alike.
 */
const DRAWN_ALIKE: readonly string[] = [
  'aаαᴀɑⲁ',
  'bвΒʙƅ',
  'cсϲᴄⅽ',
  'dԁᴅɗđ',
  'eеᴇεΕℯҽ',
  'fꜰƒ',
  'gɡɢԍց',
  'hнһʜΗհ',
  'jјᴊϳ',
  'kкκᴋΚ',
  'lιіӏɪıІΙℓʟ1łiǀ',
  'mмᴍΜ',
  'nɴΝηոп',
  'oоοᴏσօ0øᴑ',
  'pрρᴘΡ',
  'qԛǫզ',
  'rʀгᴦ',
  'sѕꜱʂ',
  'tтτᴛΤ',
  'uυսᴜʋ',
  'vνᴠѵ',
  'wԝᴡωա',
  'xхχΧ',
  'yуүʏγΥ',
  'zᴢΖζ',
];

const LATIN: ReadonlyMap<string, string> = new Map(
  DRAWN_ALIKE.flatMap(([latin = '', ...others]) => others.map((other): [string, string] => [other, latin])),
);

/** Letters in circles and squares, filled, and the letters of flags: no normal form knows them. */
const FRAMED: readonly number[] = [0x1_f150, 0x1_f170, 0x1_f1e6];
const A = 0x61;

/**
 * What a text looks like at a glance: in small Latin letters where it is drawn like them, without accents. To compare by only: Greek
 * in capital letters looks like other words than in small ones.
 */
export function looksLike(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{Mn}+/gu, '');
  return Array.from(plain, lookOf).join('').normalize('NFKC');
}

function lookOf(character: string): string {
  const small = character.toLowerCase();
  const code = character.codePointAt(0) ?? 0;
  const framed = FRAMED.find((first) => code >= first && code < first + 26);
  const letter =
    framed === undefined ? (LATIN.get(character) ?? LATIN.get(small) ?? small) : String.fromCodePoint(A + code - framed);
  return LATIN.get(letter) ?? letter;
}
