import { EVERY_INVISIBLE } from '../invisible.ts';
import { textsByTools } from './tool-prose.ts';

/** What is known of a model: where its control tokens may be read from. */
export type ModelTexts = {
  /** texts of the control and user-defined tokens of its vocabulary */
  controlTexts?: readonly string[];
  /** its own Jinja chat template */
  template?: string;
  bosToken?: string;
  eosToken?: string;
};

/**
 * The special tokens of the named model families, as their tokenizer files list them, where no shape below covers them; and those
 * that llama.cpp takes for control tokens by their text alone (https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp).
 * Not those that people write for something else, like `<image>`, `[IMG]` or `<REPO>`: these count where the model is known to have them.
 */
export const KNOWN_CONTROL_TEXTS: readonly string[] = `
  <s> </s> <<SYS>> <</SYS>> [INST] [/INST] [SYSTEM_PROMPT] [/SYSTEM_PROMPT] [MODEL_SETTINGS] [/MODEL_SETTINGS] [AVAILABLE_TOOLS]
  [/AVAILABLE_TOOLS] [TOOL_CALLS] [TOOL_RESULTS] [/TOOL_RESULTS] [TOOL_CONTENT] [CALL_ID] [ARGS] [THINK] [/THINK] [IMG_BREAK]
  [IMG_END] [BEGIN_AUDIO]
  <start_of_turn> <end_of_turn> <start_of_image> <end_of_image> <image_soft_token> <audio_soft_token> <bos> <eos> <pad> <unk> <mask>
  <think> </think> <thinking> </thinking> <tool_call> </tool_call> <tool_response> </tool_response> <tools> </tools> <role> </role>
  <arg_key> </arg_key> <arg_value> </arg_value> <seed:think> </seed:think> <seed:bos> <seed:eos>
  [gMASK] [sMASK] [MASK] <sop> <eop> [UNK] [CLS] [SEP] [PAD] [BOS] [EOS] [EOT]
  <endoftext> <fim_prefix> <fim_middle> <fim_suffix> <fim_pad> <fim-prefix> <fim-middle> <fim-suffix> <fim-pad> <fim-repo>
  <EOT> <PAD> <reponame> <file_sep> <end_of_utterance> <fake_token_around_image> <__media__>
  <BOS_TOKEN> <EOS_TOKEN> <EOP_TOKEN> <MASK_TOKEN> <UNK> <CLS> <eoh> <eoa> <用户> ]~b] [e~[ ]~!b[ >>TITLE<<
`
  .trim()
  .split(/\s+/);

/**
 * Shapes that control tokens share: `<|name|>`, `<|name>`, `<name|>`, `<｜name｜>`, `[|name|]`, and numbered spare ones. None may
 * hold what a replaced opening looks like, so that replacing one never makes another. Those that end without a sign of their own on
 * one side have no blanks in their name: `a <b |> f` is a pipe in F# and Elixir, `[|1; 2|]` a list.
 */
const SHAPES = [
  '<[|｜](?![\\s|｜])[^<>|｜‹\\n]{1,40}[|｜]>',
  '<[|｜][^\\s<>|｜‹]{1,40}(?<![-=])>',
  '<[a-zA-Z_][a-zA-Z0-9_]{2,40}[|｜]>',
  '\\[\\|[a-zA-Z_]{3,24}\\|\\]',
  '<(?:unused|extra_id_|SPECIAL_|reserved_|TOKENS_UNUSED_)\\d{1,4}>',
  '\\[(?:UNUSED_TOKEN_|extra_id_|control_)\\d{1,4}\\]',
].join('|');

const SHAPE_HERE = new RegExp(SHAPES, 'y');
const WHOLE_SHAPE = new RegExp(`^(?:${SHAPES})$`);

/** Whether a text is of such a shape from its beginning to its end. */
export const isOfShape = (text: string): boolean => WHOLE_SHAPE.test(text);

/** How long the text of such a shape is that begins there, in UTF-16 units; 0 where none does. */
export function shapeLengthAt(text: string, at: number): number {
  SHAPE_HERE.lastIndex = at;
  return SHAPE_HERE.exec(text)?.[0].length ?? 0;
}

/** https://html.spec.whatwg.org/multipage/indices.html#elements-3 */
const HTML_ELEMENTS = new Set(
  (
    'a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col colgroup data ' +
    'datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header ' +
    'hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meta meter nav noscript object ol optgroup ' +
    'option output p picture pre progress q rp rt ruby s samp script search section select slot small source span strong style sub ' +
    'summary sup table tbody td template textarea tfoot th thead time title tr track u ul var video wbr'
  ).split(' '),
);

/** UTF-16 units; the longest tokens of that kind are about half as long. */
const LONGEST_MARKUP = 100;
const SIGIL = '[<>\\[\\]{}|｜@#$%^~=«»【】《》]';
const MARKUP = new RegExp(`^${SIGIL}.*[\\p{L}\\p{N}].*${SIGIL}$`, 'su');

/**
 * Whether a token's text is markup, which nobody writes but to steer: a name between signs, like `<think>`, `[INST]` or `@@eot@@`.
 * The other tokens that vocabularies list as user-defined are ordinary text, and stay: runs of spaces and line breaks, words, emoji,
 * HTML tags. They cannot begin a turn or end one, and the engine takes them apart itself, without changing what is seen.
 */
export function isMarkup(text: string): boolean {
  if (text.length > LONGEST_MARKUP) return false;
  const tag = /^<\/?([a-z][a-z0-9]*) ?\/?>$/.exec(text)?.[1];
  if (tag !== undefined && HTML_ELEMENTS.has(tag)) return false;
  return isOfShape(text) || MARKUP.test(text);
}

/** White space around a token's text, as SentencePiece writes it too: the text inside is what a reader would take for the token. */
const AROUND = /^[\s▁]+|[\s▁]+$/gu;

/** UTF-16 units of a token with what is invisible in it and white space around it. */
const LONGEST_TOKEN = 4 * LONGEST_MARKUP;

/** The control tokens that this model has, as far as they are known and are markup, without what is invisible in them. */
export function ownControlTexts({ controlTexts = [], template, bosToken, eosToken }: ModelTexts): string[] {
  const own = [...controlTexts, ...(template === undefined ? [] : controlTextsOf(template)), bosToken ?? '', eosToken ?? ''];
  const short = own.filter((text) => text.length <= LONGEST_TOKEN);
  return [...new Set(short.map((text) => text.replace(EVERY_INVISIBLE, '').replace(AROUND, '')).filter(isMarkup))];
}

const IN_TEMPLATE = new RegExp(
  `${SHAPES}|<{1,2}/?[^\\s<>{}"',;()]{1,60}>{1,2}|\\[/?[A-Z][A-Z0-9_ ]{1,40}\\]|\\[/?[a-z]?MASK\\]`,
  'gu',
);

/**
 * The control tokens that a Jinja chat template writes: markup in its text and in its strings, not what its code compares. What it
 * writes only where there are tools counts where it is known: its prose has placeholders like `<function-name>`.
 */
export function controlTextsOf(template: string): string[] {
  const { ofTools, others } = textsByTools(template);
  const found = [...others.flatMap(markupIn), ...ofTools.flatMap(markupIn).filter(isKnown)];
  return [...new Set(found)].filter(isMarkup);
}

function markupIn(text: string): string[] {
  const inside = Array.from(text.matchAll(IN_TEMPLATE), ([match]) => match);
  return inside.length > 0 || /\s/.test(text.trim()) ? inside : [text.trim()];
}

const KNOWN: ReadonlySet<string> = new Set(KNOWN_CONTROL_TEXTS);
const isKnown = (text: string): boolean => isOfShape(text) || KNOWN.has(text);
