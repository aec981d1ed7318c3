// The special tokens of the named model families, as their tokenizer files list them, where no shape below covers them.
const LITERALS = `
  <s> </s> <<SYS>> <</SYS>> [INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [MODEL_SETTINGS] [/MODEL_SETTINGS] [AVAILABLE_TOOLS]
  [/AVAILABLE_TOOLS] [TOOL_CALLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CONTENT] [CALL_ID] [ARGS] [THINK] [/THINK] [IMG] [IMG_BREAK]
  [IMG_END] [PREFIX] [MIDDLE] [SUFFIX] [AUDIO] [BEGIN_AUDIO]
  <start_of_turn> <end_of_turn> <start_of_image> <end_of_image> <image_soft_token> <audio_soft_token> <bos> <eos> <pad> <unk> <mask>
  <think> </think> <thinking> </thinking> <tool_call> </tool_call> <tool_response> </tool_response> <tools> </tools> <role> </role>
  <seed:think> </seed:think> <seed:bos> <seed:eos>
  [gMASK] [sMASK] [MASK] <sop> <eop> [UNK] [CLS] [SEP] [PAD] [BOS] [EOS]
  <endoftext> <fim_prefix> <fim_middle> <fim_suffix> ]~b] [e~[ ]~!b[
`.trim();

/** Shapes that control tokens share: `<|name|>`, `<|name>`, `<name|>`, `<｜name｜>`, `[|name|]`, and numbered spare ones. */
const SHAPES: readonly string[] = [
  '<[|｜](?![\\s|｜])[^<>|｜\\n]{1,40}[|｜]?>',
  '<[^\\s<>|｜][^<>|｜\\n]{0,40}[|｜]>',
  '\\[\\|[^\\]|\\n]{1,24}\\|\\]',
  '<(?:unused|extra_id_|SPECIAL_|reserved_)\\d{1,4}>',
];

const ESCAPED = LITERALS.split(/\s+/).map(RegExp.escape);
const CONTROL = new RegExp([...ESCAPED, ...SHAPES].join('|'), 'g');

/** What nobody sees, and what may be taken out of a text later: a token with one of them inside is still meant as a token. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;

/** Look-alikes of a token's first character that no tokenizer reads as a token. */
const OPENINGS: Readonly<Record<string, string>> = { '<': '‹', '[': '［', ']': '］' };

/**
 * The text with every control token of a chat template made plain: its first character becomes a look-alike, visible and never
 * read as a token, also where invisible characters hide in it. Such a text is composed to NFC (never NFKC, which would turn full-width
 * look-alikes into real tokens). Text without such tokens stays as it is, to the byte; doing it twice changes nothing more.
 */
export function neutralise(text: string): string {
  let clean = text.normalize('NFC');
  if (!holdsControl(clean) && !holdsControl(text)) return text;
  // a replaced opening may uncover another token that overlapped it, so look until there is none; each round removes an opening
  for (let starts = findControl(clean); starts.length > 0; starts = findControl(clean)) clean = replaceAt(clean, starts);
  return clean;
}

/** Whether a text holds something that a model could read as a control token. */
export function holdsControl(text: string): boolean {
  return findControl(text).length > 0;
}

/** Where control tokens stand in a text, as [start, end) in UTF-16 units. */
export function controlSpans(text: string): [number, number][] {
  return Array.from(text.matchAll(CONTROL), (match) => [match.index, match.index + match[0].length]);
}

function findControl(text: string): number[] {
  if (!/[<[\]]/.test(text)) return [];
  const { visible, offsets } = withoutInvisible(text);
  return controlSpans(visible).map(([start]) => offsets[start] ?? start);
}

function withoutInvisible(text: string): { visible: string; offsets: number[] } {
  let visible = '';
  const offsets: number[] = [];
  let offset = 0;
  for (const character of text) {
    if (!INVISIBLE.test(character)) {
      for (let unit = 0; unit < character.length; unit += 1) offsets.push(offset + unit);
      visible += character;
    }
    offset += character.length;
  }
  return { visible, offsets };
}

function replaceAt(text: string, starts: readonly number[]): string {
  let result = '';
  let from = 0;
  for (const start of starts) {
    const opening = text[start] ?? '';
    result += text.slice(from, start) + (OPENINGS[opening] ?? opening);
    from = start + 1;
  }
  return result + text.slice(from);
}
