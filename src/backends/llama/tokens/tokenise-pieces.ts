import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Piece } from '../../../chat.ts';
import { createCutter } from './cut-texts.ts';
import { knownTokens, type Script, type Span } from './known-tokens.ts';

/** A rendered prompt as tokens. */
export type TokenisedPrompt = {
  tokens: Token[];
  /** its pieces, by where their tokens begin */
  spans: ReadonlyMap<number, Span>;
  /** where the last scaffolding begins, with which the reply is opened: what stands before it stands in the next prompt as well */
  openingAt: number;
};

export type Tokeniser = {
  /**
   * A rendered prompt as tokens; content pieces never become control tokens, whatever their text.
   * @param script what the model read and said before: what stands there already keeps its tokens
   */
  prompt(pieces: readonly Piece[], script?: Script): TokenisedPrompt;
  /** Tokens of a text as content. */
  content(text: string): Token[];
};

/** Where a piece begins, whether it is the first one, and the script as long as all before the piece stands in it. */
type Place = { from: number; first: boolean; script: Script | undefined };

/**
 * Tokenises content so that none of it becomes a control or user-defined token, and what the tokens spell is still the text. With
 * special tokens off llama.cpp leaves out the control tokens alone: it reads user-defined ones, of which some vocabularies have runs
 * of spaces or line breaks, words and HTML tags; it takes some control tokens for user-defined; and a SentencePiece vocabulary may
 * make `<s>` of `<`, `s` and `>`. So a text is cut inside each of these tokens, and what they are made of by merging as well.
 * A user-defined token of one character is that character, and stays.
 * https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp, tokenizer_st_partition and llm_tokenizer_spm_session
 *
 * @param controlTexts texts of the vocabulary's control and user-defined tokens
 */
export function createTokeniser(model: LlamaModel, controlTexts: readonly string[]): Tokeniser {
  const cut = createCutter(controlTexts);
  const steers = createSteers(model);
  const putsSpace = model.vocabularyType === 'spm' && model.fileInfo.metadata.tokenizer?.ggml?.add_space_prefix !== false;
  const tokenise = (text: string): Token[] => model.tokenize(text, false);
  const goOn = putsSpace ? createContinuation(tokenise, steers) : tokenise;

  /** A part as tokens; where some of them became a control token by merging, its halves. */
  const safe = (part: string): Token[] => {
    const tokens = goOn(part);
    const middle = tokens.some(steers) ? middleOf(part) : part.length;
    return middle === part.length ? tokens : [...safe(part.slice(0, middle)), ...safe(part.slice(middle))];
  };
  /** The part that begins a prompt: its tokens are its own, or the space that is put before it and then those of its halves. */
  const safeFirst = (part: string): Token[] => {
    const tokens = tokenise(part);
    return !tokens.some(steers) ? tokens : putsSpace ? [...goOn(' '), ...safe(part)] : safe(part);
  };
  const content = (text: string, first = true): Token[] =>
    cut(text).flatMap((part, index) => (first && index === 0 ? safeFirst(part) : safe(part)));

  /** Scaffolding as tokens, its control tokens among them. */
  const read = (text: string): Token[] => model.tokenize(text, true);
  const readOn = putsSpace ? createContinuation(read, steers) : read;

  const tokensOf = ({ text, control }: Piece, first: boolean): Token[] =>
    control ? (first ? read(text) : readOn(text)) : content(text, first);

  /** A piece's tokens: those it had in the script at this place, those that spell it there, or those of its text. */
  const place = (piece: Piece, { from, first, script }: Place): readonly Token[] => {
    const span = script?.spans.get(from);
    const isSame = span && span.text === piece.text && span.control === piece.control;
    if (script && isSame && span.end <= script.tokens.length) return script.tokens.slice(from, span.end);
    if (!script || piece.control) return tokensOf(piece, first);
    const known = knownTokens(piece.text, { model, script, from }, steers);
    const rest = piece.text.slice(known.length);
    return rest === piece.text ? tokensOf(piece, first) : [...known.tokens, ...content(rest, false)];
  };

  /** The begin-of-sequence token, where the model was trained with one and the template does not write it. */
  const begin = ([first]: readonly Piece[]): Token[] => {
    const { bos, shouldPrependBosToken } = model.tokens;
    return shouldPrependBosToken && bos !== null && first && tokensOf(first, true)[0] !== bos ? [bos] : [];
  };

  const prompt = (pieces: readonly Piece[], script?: Script): TokenisedPrompt => {
    const written = pieces.filter(({ text }) => text !== '');
    const tokens = begin(written);
    const spans = new Map<number, Span>();
    let openingAt = 0;
    let known = script && stands(tokens, script.tokens, 0) ? script : undefined;
    for (const [index, piece] of written.entries()) {
      const from = tokens.length;
      const made = place(piece, { from, first: index === 0, script: known });
      if (piece.control) openingAt = from;
      for (const token of made) tokens.push(token);
      spans.set(from, { text: piece.text, control: piece.control, end: tokens.length });
      if (known && !stands(made, known.tokens, from)) known = undefined;
    }
    return { tokens, spans, openingAt };
  };
  return { prompt, content: (text) => content(text) };
}

function stands(tokens: readonly Token[], inTokens: readonly Token[], from: number): boolean {
  return tokens.every((token, index) => inTokens[from + index] === token);
}

/** The middle of a text, never inside a pair of surrogates; its end where it is one character. */
function middleOf(text: string): number {
  const middle = Math.max(1, Math.floor(text.length / 2));
  const splitsPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(middle - 1, middle + 1));
  return splitsPair ? middle + 1 : middle;
}

/** Whether a token is a control or a user-defined one, of more than one character. */
function createSteers(model: LlamaModel): (token: Token) => boolean {
  const known = new Map<Token, boolean>();
  const before = model.tokenize('a', false); // the first of all tokens would lose the space that SentencePiece puts there
  return (token) => {
    let steers = known.get(token);
    if (steers === undefined) {
      const { control, userDefined } = model.getTokenAttributes(token);
      steers = (control || userDefined) && Array.from(model.detokenize([token], true, before)).length > 1;
      known.set(token, steers);
    }
    return steers;
  };
}

/** Ordinary characters, of which one does not join the text behind it. */
const ANCHORS = ['\n', 'a', '0', '.', '가'];

/**
 * Tokenises what stands inside a text, for a vocabulary that puts a space before each text: behind another character, whose tokens
 * are taken away again.
 */
function createContinuation(tokenise: (text: string) => Token[], steers: (token: Token) => boolean): (text: string) => Token[] {
  const anchors = ANCHORS.map((text) => ({ text, tokens: tokenise(text) })).filter(({ tokens }) => !tokens.some(steers));
  return (text) => {
    for (const anchor of anchors) {
      const tokens = tokenise(anchor.text + text);
      if (anchor.tokens.every((token, index) => tokens[index] === token)) return tokens.slice(anchor.tokens.length);
    }
    return tokenise(text);
  };
}
