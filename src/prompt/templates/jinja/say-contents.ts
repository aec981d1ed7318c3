import type { ChatMessage, Piece } from '../../../chat.ts';
import { scaffold } from '../pieces.ts';
import { fillMarkers, gapsOf, markContents, orderOf, placeContents, replaceMarkers } from '../place-contents.ts';
import { cutObeyed } from './cut-obeyed.ts';
import { strip } from './python/python-text.ts';
import { TooLargeError } from './python/values.ts';

/** A template, as far as it is needed to show messages. */
export type Shower = {
  /** The whole text that the template makes of messages. Throws what the template throws. */
  render: (messages: readonly ChatMessage[]) => string;
  /** what the message says without anything that the model could read as a control token; of a system message, with its switches */
  neutralise: (message: ChatMessage) => string;
};

/** `changes`: what stands otherwise than it was written, or was not let act, one clause each, for people. */
export type Said = { pieces: readonly Piece[]; changes: readonly string[] };

/** Messages with markers where what is said may not act, the text that the template makes of them, and its pieces. */
type Draft = Said & { messages: readonly ChatMessage[]; text: string };

const OBEYED = 'the template obeys or changes what a system message says';
const UNHEARD =
  'the template would obey, change or refuse what a message says: it stands as it was written, with control tokens made plain';

/**
 * Puts the contents into a rendering of markers (`marked`). What stands around them depends on what operators say, in system messages,
 * and never on what people and models say: where the template writes something else for that, it is not asked. Contents are trimmed as
 * the template trims them.
 */
export function sayContents(shower: Shower, messages: readonly ChatMessage[], marked: string): Said {
  const { hidden, show } = hideMarkers(messages);
  const { pieces, changes } = sayHidden(shower, hidden, marked);
  return { pieces: pieces.map(({ text, control }) => ({ text: show(text), control })), changes };
}

const FIRST_STAND_IN = 0x10_0000; // the other private-use plane
const LAST_STAND_IN = 0x10_fffd;

/**
 * System messages stand among markers: an icon in one that could be taken for a marker is shown to the template as another character,
 * which no message holds. `show` turns it back.
 */
function hideMarkers(messages: readonly ChatMessage[]): { hidden: readonly ChatMessage[]; show: (text: string) => string } {
  const systems = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  if (orderOf(systems.join('')).length === 0) return { hidden: messages, show: (text) => text };
  const free = charactersNotIn(new Set(messages.flatMap(({ content }) => Array.from(content))));
  const standIns = new Map<string, string>();
  const standInFor = (marker: string): string => {
    const standIn = standIns.get(marker) ?? free.next().value ?? '\ufffd'; // they end after some ten thousand different ones
    standIns.set(marker, standIn);
    return standIn;
  };
  const hidden = messages.map((message) =>
    message.role === 'system' ? { ...message, content: replaceMarkers(message.content, standInFor) } : message,
  );
  const markers = new Map(Array.from(standIns, ([marker, standIn]) => [standIn, marker]));
  return { hidden, show: (text) => text.replace(/[\u{100000}-\u{10FFFD}]/gu, (sign) => markers.get(sign) ?? sign) };
}

function* charactersNotIn(said: ReadonlySet<string>): Generator<string, undefined> {
  for (let code = FIRST_STAND_IN; code <= LAST_STAND_IN; code += 1) {
    const character = String.fromCodePoint(code);
    if (!said.has(character)) yield character;
  }
  return undefined;
}

function sayHidden(shower: Shower, messages: readonly ChatMessage[], marked: string): Said {
  const draft = draftOf(shower, messages, marked);
  const contents = messages.map(({ content }) => content);
  const real = ask(
    shower,
    withMarkersAs(draft.messages, (_, index) => contents[index] ?? ''),
  );
  const placed = real === undefined ? undefined : placeContents(real, draft.text, contents);
  if (placed) {
    const texts = placed.flatMap((piece) => (piece.control ? [] : [piece.text]));
    return { pieces: fillMarkers(draft.pieces, texts), changes: draft.changes };
  }
  const trims = trimsOf(shower, draft.messages, draft.text);
  const plain = messages.map(shower.neutralise);
  const texts = orderOf(draft.text).map((index, place) => trims[place]?.(plain[index] ?? '') ?? '');
  return { pieces: fillMarkers(draft.pieces, texts), changes: [...new Set([...draft.changes, UNHEARD])] };
}

/** The system messages as they are, and markers for all others; markers for all, where the template shows a system message no more. */
function draftOf(shower: Shower, messages: readonly ChatMessage[], marked: string): Draft {
  const markers = markContents(messages);
  const unheard = { messages: markers, text: marked, pieces: [scaffold(marked)], changes: [] };
  if (!messages.some(({ role }) => role === 'system')) return unheard;
  const written = withSystem(markers, messages, ({ content }) => content);
  const text = ask(shower, written);
  const contents = written.map(({ content }) => content);
  const pieces = text === undefined ? undefined : placeContents(text, marked, contents);
  if (text !== undefined && pieces) return { messages: written, text, pieces, changes: [] };
  return obeyedDraft(shower, withSystem(markers, messages, shower.neutralise), marked) ?? { ...unheard, changes: [UNHEARD] };
}

/** `plain`: with system messages that may act. Undefined where it cannot be seen what the template made of them. */
function obeyedDraft(shower: Shower, plain: readonly ChatMessage[], marked: string): Draft | undefined {
  const text = ask(shower, plain);
  if (text === undefined || !showsAll(text, marked, plain)) return undefined;
  const neutralise = (content: string) => shower.neutralise({ role: 'system', content });
  const pieces = cutObeyed({ text, marked, messages: plain }, { ask: (shown) => ask(shower, shown), neutralise });
  return pieces && { messages: plain, text, pieces, changes: [OBEYED] };
}

function withSystem(
  markers: readonly ChatMessage[],
  messages: readonly ChatMessage[],
  say: (message: ChatMessage) => string,
): ChatMessage[] {
  return markers.map((marker, index) => {
    const message = messages[index];
    return message?.role === 'system' ? { ...message, content: say(message) } : marker;
  });
}

/** Undefined when the template refuses what is said. */
function ask({ render }: Shower, messages: readonly ChatMessage[]): string | undefined {
  try {
    return render(messages);
  } catch (error) {
    if (error instanceof TooLargeError) throw error; // it has nothing to do with what is said, or it is said at too great a length
    return undefined;
  }
}

/** Whether the markers stand as they should, and at least half of the words of every system message, in capital or small letters. */
function showsAll(text: string, marked: string, messages: readonly ChatMessage[]): boolean {
  const turns = orderOf(marked).filter((index) => messages[index]?.role !== 'system');
  if (orderOf(text).join() !== turns.join()) return false;
  const shown = new Set(wordsOf(text));
  return messages.every(({ role, content }) => {
    const words = role === 'system' ? wordsOf(content) : [];
    return words.filter((word) => shown.has(word)).length * 2 >= words.length;
  });
}

function wordsOf(text: string): string[] {
  return Array.from(text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu), ([word]) => word);
}

function withMarkersAs(messages: readonly ChatMessage[], say: (marker: string, index: number) => string): ChatMessage[] {
  return messages.map((message, index) =>
    orderOf(message.content).length > 0 ? { ...message, content: say(message.content, index) } : message,
  );
}

/** Stands before a marker, and turned round behind it: what a template leaves of it tells what it trims, and whether it writes JSON. */
const AROUND = ['\n', ' ', '\u2003'];

/** What may be left of it. */
const LEFTOVERS = [0, 1, 2, 3].flatMap((gone) => {
  const left = AROUND.slice(gone);
  return [
    { gone, isJson: false, signs: [...left, '"'] },
    { gone, isJson: true, signs: [...left.map((sign) => sign.replace('\n', '\\n')), '\\"'] },
  ];
});
type Leftover = (typeof LEFTOVERS)[number];

/** How the template writes a content in the place of each marker: without the white space that it trims there. */
function trimsOf(shower: Shower, messages: readonly ChatMessage[], text: string): ((content: string) => string)[] {
  const [before, behind] = [[...AROUND, '"'].join(''), ['"', ...AROUND.toReversed()].join('')];
  const probe =
    ask(
      shower,
      withMarkersAs(messages, (marker) => before + marker + behind),
    ) ?? '';
  const order = orderOf(text);
  const gaps = gapsOf(text);
  const found = orderOf(probe).join() === order.join() ? gapsOf(probe) : [];
  const edges = gaps.map((gap, place) =>
    leftoversIn(found[place] ?? '', gap, { isFirst: place === 0, isLast: place === order.length }),
  );
  return order.map((_, place) => (content) => trim(content, edges[place]?.start, edges[place + 1]?.end));
}

type Edges = { end?: Leftover | undefined; start?: Leftover | undefined };

/** What is left behind the marker before a gap, and before the marker behind it; nothing where the gap itself is another. */
function leftoversIn(found: string, gap: string, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }): Edges {
  const none = [undefined];
  for (const end of isFirst ? none : LEFTOVERS) {
    for (const start of isLast ? none : LEFTOVERS) {
      if (found === (end?.signs.toReversed().join('') ?? '') + gap + (start?.signs.join('') ?? '')) return { end, start };
    }
  }
  return {};
}

function trim(content: string, start: Leftover | undefined, end: Leftover | undefined): string {
  const gone = (left: Leftover | undefined) =>
    left?.gone === AROUND.length ? undefined : AROUND.slice(0, left?.gone ?? 0).join('');
  const trimmed = strip(strip(content, { end: false }, gone(start)), { start: false }, gone(end));
  return start?.isJson || end?.isJson ? JSON.stringify(trimmed).slice(1, -1) : trimmed;
}
