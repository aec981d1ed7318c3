import type { ChatMessage, Layout, Segment, Stage } from '../chat.ts';
import { expandMacros } from '../personas/macros.ts';
import { cleanName, guardSpeakers } from './speakers/speakers.ts';

/** A prompt in roles, before a template writes it. */
export type LaidOut = {
  layout: Layout;
  messages: ChatMessage[];
  /** for each message, the indexes of the segments it is made of */
  sources: number[][];
  /** what stands at the beginning of the persona's line: empty, or its name with a colon */
  opening: string;
  /** everybody whose name begins a line somewhere, the persona included */
  speakers: string[];
  /** the persona and whom it answers, as they are written here */
  char: string;
  user: string;
};

type Setting = { layout: Layout; shared: boolean; char: string; user: string };

/** The persona's own layout, or the one that a model of this stage was trained for. */
export function chooseLayout(personaLayout: 'auto' | Layout, stage: Stage): Layout {
  if (personaLayout !== 'auto') return personaLayout;
  return stage === 'base' ? 'transcript' : stage === 'instruct' ? 'folded' : 'chat';
}

/**
 * Turns segments into roles.
 * - `chat`: the leading system segments make one system message; then each segment is a message of its role. User turns are
 *   `Name: text` in a shared venue, plain in a direct one; another persona's turn always has its name.
 * - `folded`: house as the system message; everything else is one user message of lines, turns as `Name: text`, the new message last.
 * - `transcript`: one user message that is plain text: instructions, then `Name: text` lines; the model goes on after `Char:`.
 */
export function layOut(segments: readonly Segment[], setting: Setting): LaidOut {
  const { layout, char } = setting;
  const message = segments.findLast(({ layer }) => layer === 'message'); // named as the model's template lets it be
  const user = message?.name ?? cleanName(setting.user, char);
  const speakers = [...new Set([...segments.flatMap(({ name }) => name ?? []), char, user])];
  const common = { layout, speakers, char, user, opening: layout === 'transcript' ? `${char}:` : '' };
  if (layout === 'chat') return { ...common, ...asTurns(segments, setting) };
  const guarded = guardSpeakers(segments, char); // here a line alone tells who speaks, in a direct venue too
  return { ...common, ...(layout === 'folded' ? asInstruction(guarded, setting) : asTranscript(guarded)) };
}

/** Texts that end the persona's line: the other speakers' names, where a layout writes names into plain text. */
export function layoutStops({ layout, speakers }: LaidOut): string[] {
  return layout === 'chat' ? [] : speakers.map((name) => `\n${name}:`);
}

/** A persona's own stop texts, with `{{char}}` and `{{user}}` as this prompt writes them. */
export function personaStops(stop: readonly string[], { char, user }: LaidOut): string[] {
  return stop.map((text) => expandMacros(text, { char, user }));
}

/** The messages for a server that writes the template itself: an opening then stands at the end of the last message. */
export function messagesWithOpening({ messages, opening }: LaidOut): ChatMessage[] {
  const last = messages.at(-1);
  if (opening === '' || !last) return [...messages];
  return [...messages.slice(0, -1), { ...last, content: `${last.content}\n${opening}` }];
}

type Messages = Pick<LaidOut, 'messages' | 'sources'>;

function asTurns(segments: readonly Segment[], setting: Setting): Messages {
  const firstTurn = segments.findIndex(({ role }) => role !== 'system');
  const leading = firstTurn < 0 ? segments.length : firstTurn;
  const system = joinSegments(segments.slice(0, leading), '\n\n');
  const turns = segments.slice(leading);
  return {
    messages: [
      ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
      ...turns.map((segment) => ({ role: segment.role, content: sayInChat(segment, setting) })),
    ],
    sources: [...(system === '' ? [] : [indexes(0, leading)]), ...turns.map((_, index) => [leading + index])],
  };
}

function sayInChat(segment: Segment, { shared }: Setting): string {
  const named = segment.role === 'user' && (shared || segment.speaker === 'persona');
  return named ? sayWithName(segment) : segment.text;
}

function asInstruction(segments: readonly Segment[], { shared }: Setting): Messages {
  const afterHouse = segments.findIndex(({ layer }) => layer !== 'house');
  const split = afterHouse < 0 ? segments.length : afterHouse;
  const system = joinSegments(segments.slice(0, split), '\n\n');
  const lines = segments
    .slice(split)
    .map((segment) => (segment.layer === 'message' && !shared ? segment.text : sayWithName(segment)));
  const content = lines.filter((line) => line !== '').join('\n');
  return {
    messages: [...(system === '' ? [] : [{ role: 'system' as const, content: system }]), { role: 'user', content }],
    sources: [...(system === '' ? [] : [indexes(0, split)]), indexes(split, segments.length)],
  };
}

function asTranscript(segments: readonly Segment[]): Messages {
  const prose = joinSegments(
    segments.filter(({ role }) => role === 'system'),
    '\n\n',
  );
  const script = segments
    .filter(({ role }) => role !== 'system')
    .map(sayWithName)
    .join('\n');
  const content = [prose, script].filter((part) => part !== '').join('\n\n');
  return { messages: [{ role: 'user', content }], sources: [indexes(0, segments.length)] };
}

function sayWithName({ name, text }: Segment): string {
  return name === undefined ? text : `${name}: ${text}`;
}

function joinSegments(segments: readonly Segment[], separator: string): string {
  return segments
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join(separator);
}

function indexes(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
