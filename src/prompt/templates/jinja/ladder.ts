import type { ChatMessage, Piece } from '../../../chat.ts';
import { messageOf, TemplateError } from '../../../errors.ts';
import { gapsOf, markContents, orderOf, placeContents, placeSomeContents } from '../place-contents.ts';
import { withoutSystem, withStrictRoles, withSystemFirst } from '../strict-roles.ts';
import { describeChanges } from './describe-changes.ts';
import { TooLargeError } from './python/values.ts';
import { learnMarks, MODEL_CONVERSATIONS, type RoleMarks, type Shown, takesTurns, unmarkedTurn } from './role-marks.ts';

/** What people can do about a template that does not serve. */
export const ADVICE = 'Name another in the persona, for example chatml.';

/** What had to be done to a conversation so that a template shows it, from nothing to the most. */
export type Rung = 'as-is' | 'system-first' | 'strict-roles' | 'folded-system' | 'neutralised-text';

export type Rendering = {
  pieces: readonly Piece[];
  rung: Rung;
  /** what the template's text does not show as the conversation had it, for people; empty when all is as it was */
  changes: readonly string[];
};

/** What the ladder has to know of a template. */
export type Climber = {
  /** how the template is named to people */
  name: string;
  /** The whole text that the template makes of messages. Throws what the template throws. */
  render: (messages: readonly ChatMessage[]) => string;
  /** what the message says without anything that the model could read as a control token; of a system message, with its switches */
  neutralise: (message: ChatMessage) => string;
};

/** A template may give a reason of any length; its beginning names the trouble. UTF-16 units. */
const REASON_AT_MOST = 300;

type Step = { rung: Rung; messages: readonly ChatMessage[] };
type Outcome =
  | { fits: Rendering }
  /** it would fit, but a turn stands without the mark of its role */
  | { unmarked: Rendering }
  | { refusal: string }
  /** how many of the step's messages are nowhere in the text */
  | { lost: number; of: number }
  /** all are there, and not as they should be: in another order, more than once, or not as they were written */
  | { odd: string; step: Step };

/**
 * Renders a conversation as it is, or else with later system messages as the user's, or else in stricter roles, or else without a
 * system role. A step is taken only when every content is found in the text, once, in order, and after the mark of its role; a system
 * message at the beginning may be shown late, which some families do. When none is, a step is taken for which only marks are missing,
 * or else the contents are neutralised, so that they may stand in any place and form. Throws TemplateError for a template that refuses
 * every step or leaves a message out.
 */
export function climb(climber: Climber, messages: readonly ChatMessage[]): Rendering {
  const outcomes: Outcome[] = [];
  for (const step of stepsFor(messages)) {
    const outcome = tryStep(climber, step, messages);
    if ('fits' in outcome) return outcome.fits;
    outcomes.push(outcome);
  }
  for (const outcome of outcomes) if ('unmarked' in outcome) return outcome.unmarked;
  for (const outcome of outcomes) {
    if (!('odd' in outcome)) continue;
    const rendering = asPlainText(climber, outcome, messages);
    if (rendering) return rendering;
  }
  throw new TemplateError(complaint(climber.name, outcomes));
}

/** A step that changes nothing is left out. */
function* stepsFor(messages: readonly ChatMessage[]): Generator<Step> {
  yield { rung: 'as-is', messages };
  const systemFirst = withSystemFirst(messages);
  if (!isSame(systemFirst, messages)) yield { rung: 'system-first', messages: systemFirst };
  const strict = withStrictRoles(messages);
  if (!isSame(strict, systemFirst)) yield { rung: 'strict-roles', messages: strict };
  const folded = withoutSystem(messages);
  if (!isSame(folded, strict)) yield { rung: 'folded-system', messages: folded };
}

function isSame(one: readonly ChatMessage[], other: readonly ChatMessage[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function tryStep(climber: Climber, step: Step, messages: readonly ChatMessage[]): Outcome {
  try {
    const marked = climber.render(markContents(step.messages));
    const expected = step.messages.flatMap(({ content }, index) => (content === '' ? [] : [index]));
    const order = orderOf(marked);
    const lost = expected.filter((index) => !order.includes(index)).length;
    if (lost > 0) return { lost, of: expected.length };
    const oddity = oddityOf(order, expected, step.messages);
    if (oddity) return { odd: oddity, step };
    const contents = step.messages.map(({ content }) => content);
    const pieces = placeContents(climber.render(step.messages), marked, contents);
    if (!pieces) return { odd: 'the template does not write every message as it is', step };
    const late = order[0] === expected[0] ? [] : ['the template writes the system message late'];
    const changes = [...describeChanges(messages, step.messages), ...late];
    if (marksEveryTurn(climber, marked, step.messages)) return { fits: { pieces, rung: step.rung, changes } };
    return { unmarked: { pieces, rung: step.rung, changes: [...changes, 'a turn stands without the mark of its role'] } };
  } catch (error) {
    // no other form of the conversation makes a template thrifty
    if (error instanceof TooLargeError) throw new TemplateError(refused(climber.name, messageOf(error)), { cause: error });
    return { refusal: messageOf(error) };
  }
}

function marksEveryTurn(climber: Climber, marked: string, messages: readonly ChatMessage[]): boolean {
  return takesTurns(messages) || unmarkedTurn(shownIn(marked, messages), marksOf(climber)) === undefined;
}

function shownIn(marked: string, messages: readonly ChatMessage[]): Shown[] {
  const order = orderOf(marked);
  return gapsOf(marked).map((before, place) => ({ role: messages[order[place] ?? -1]?.role ?? 'user', before }));
}

function marksOf({ render }: Climber): RoleMarks {
  return learnMarks(
    MODEL_CONVERSATIONS.flatMap((messages) => {
      try {
        return [shownIn(render(markContents(messages)), messages)];
      } catch {
        return []; // a template may know no system message; of one that refuses both, no marks are known
      }
    }),
  );
}

function oddityOf(order: readonly number[], expected: readonly number[], messages: readonly ChatMessage[]): string | undefined {
  if (order.length > expected.length) return 'the template writes a message more than once';
  const mayBeLate = messages[0]?.role === 'system';
  const turns = (indexes: readonly number[]) => indexes.filter((index) => !mayBeLate || index > 0).join();
  return turns(order) === turns(expected) ? undefined : 'the template writes the messages in another order';
}

/** Undefined when a message is still not in the text: it was shown for its marker only. */
function asPlainText(
  climber: Climber,
  { odd, step }: { odd: string; step: Step },
  messages: readonly ChatMessage[],
): Rendering | undefined {
  const plain = step.messages.map((message) => ({ ...message, content: climber.neutralise(message) }));
  const contents = plain.map(({ content }) => content);
  try {
    const rendering = climber.render(plain);
    if (!showsMostOf(rendering, contents)) return undefined;
    const pieces = placeSomeContents(rendering, climber.render(markContents(plain)), contents);
    const changes = [
      ...describeChanges(messages, step.messages),
      odd,
      'what looks like a control token in a message is made plain',
    ];
    return { pieces, rung: 'neutralised-text', changes };
  } catch {
    return undefined; // the complaint names what the steps themselves said
  }
}

/** Whether at least half of the words of every content are there, in capital or small letters. */
function showsMostOf(rendering: string, contents: readonly string[]): boolean {
  const shown = new Set(wordsOf(rendering));
  return contents.every((content) => {
    const words = wordsOf(content);
    return words.filter((word) => shown.has(word)).length * 2 >= words.length;
  });
}

function wordsOf(text: string): string[] {
  return Array.from(text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu), ([word]) => word);
}

function complaint(name: string, outcomes: readonly Outcome[]): string {
  const [refusing] = outcomes.filter((outcome) => 'refusal' in outcome);
  const [losing] = outcomes.filter((outcome) => 'lost' in outcome);
  if (losing?.lost === losing?.of && losing)
    return `The template ${name} leaves out the conversation: its text shows no message. ${ADVICE}`;
  if (losing) return `The template ${name} leaves out ${losing.lost} of ${losing.of} messages. ${ADVICE}`;
  if (refusing) return refused(name, refusing.refusal);
  return `The template ${name} leaves out what some of the messages say. ${ADVICE}`;
}

function refused(name: string, reason: string): string {
  const shown = reason.length > REASON_AT_MOST ? `${reason.slice(0, REASON_AT_MOST)}...` : reason;
  return `The template ${name} cannot show this conversation: ${shown}. ${ADVICE}`;
}
