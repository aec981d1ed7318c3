import type { ChatMessage, Piece } from '../../../chat.ts';
import { messageOf, TemplateError } from '../../../errors.ts';
import { gapsOf, isBlank, markContents, orderOf } from '../place-contents.ts';
import { withoutSystem, withStrictRoles, withSystemFirst } from '../strict-roles.ts';
import { describeChanges } from './describe-changes.ts';
import { TooLargeError } from './python/values.ts';
import { learnMarks, MODEL_CONVERSATIONS, type RoleMarks, type Shown, takesTurns, unmarkedTurn } from './role-marks.ts';
import { type Shower, sayContents } from './say-contents.ts';

/** What people can do about a template that does not serve. */
export const ADVICE = 'Name another in the persona, for example chatml.';

/** What had to be done to a conversation so that a template shows it, from nothing to the most. */
export type Rung = 'as-is' | 'system-first' | 'strict-roles' | 'folded-system';

export type Rendering = {
  pieces: readonly Piece[];
  rung: Rung;
  /** what the template's text does not show as the conversation had it, for people; empty when all is as it was */
  changes: readonly string[];
};

/** `name`: how the template is named to people. */
export type Climber = Shower & { name: string };

/** A template may give a reason of any length; its beginning names the trouble. UTF-16 units. */
const REASON_AT_MOST = 300;

type Step = { rung: Rung; messages: readonly ChatMessage[] };
type Outcome =
  | { fits: Rendering }
  /** it would fit, but a turn stands without the mark of its role */
  | { unmarked: Rendering }
  /** all messages are there, but in another order or more than once */
  | { odd: Rendering }
  | { refusal: string }
  /** how many of the step's messages are nowhere in the text */
  | { lost: number; of: number };

/**
 * Renders a conversation as it is, or else with later system messages as the user's, or else in stricter roles, or else without a
 * system role. A step is taken only when every content has its place in the text, once, in order, and after the mark of its role; a
 * system message at the beginning may be shown late, which some families do. That is seen in a rendering of markers, so that nobody
 * chooses the step by what they say. When none is, a step is taken for which only marks are missing, or else one in which the contents
 * stand in another order or more than once. Throws TemplateError for a template that refuses every step or leaves a message out.
 */
export function climb(climber: Climber, messages: readonly ChatMessage[]): Rendering {
  const outcomes: Outcome[] = [];
  for (const step of stepsFor(messages)) {
    const outcome = tryStep(climber, step, messages);
    if ('fits' in outcome) return outcome.fits;
    outcomes.push(outcome);
  }
  for (const outcome of outcomes) if ('unmarked' in outcome) return outcome.unmarked;
  for (const outcome of outcomes) if ('odd' in outcome) return outcome.odd;
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
    const expected = step.messages.flatMap(({ content }, index) => (isBlank(content) ? [] : [index]));
    const order = orderOf(marked);
    const lost = expected.filter((index) => !order.includes(index)).length;
    if (lost > 0) return { lost, of: expected.length };
    const said = sayContents(climber, step.messages, marked);
    const oddity = oddityOf(order, expected, step.messages);
    const isLate = oddity === undefined && order[0] !== expected[0];
    const isMarked = oddity !== undefined || marksEveryTurn(climber, marked, step.messages);
    const changes = [
      ...describeChanges(messages, step.messages),
      isLate ? 'the template writes the system message late' : '',
      oddity ?? '',
      isMarked ? '' : 'a turn stands without the mark of its role',
      ...said.changes,
    ].filter((change) => change !== '');
    const rendering = { pieces: said.pieces, rung: step.rung, changes };
    if (oddity !== undefined) return { odd: rendering };
    return isMarked ? { fits: rendering } : { unmarked: rendering };
  } catch (error) {
    // no other form of the conversation makes a template thrifty
    if (error instanceof TooLargeError) throw new TemplateError(refused(climber.name, messageOf(error)), { cause: error });
    return { refusal: messageOf(error) };
  }
}

function marksEveryTurn(climber: Climber, marked: string, messages: readonly ChatMessage[]): boolean {
  if (takesTurns(messages)) return true;
  // a turn without words has no place that could be looked at: it is given some
  const worded = messages.map((message) => (isBlank(message.content) ? { ...message, content: '-' } : message));
  const shown = messages.some(({ content }) => isBlank(content)) ? climber.render(markContents(worded)) : marked;
  return unmarkedTurn(shownIn(shown, messages), marksOf(climber)) === undefined;
}

function shownIn(marked: string, messages: readonly ChatMessage[]): Shown[] {
  const gaps = gapsOf(marked);
  return orderOf(marked).map((index, place) => ({ role: messages[index]?.role ?? 'user', before: gaps[place] ?? '' }));
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

function complaint(name: string, outcomes: readonly Outcome[]): string {
  const [refusing] = outcomes.filter((outcome) => 'refusal' in outcome);
  const [losing] = outcomes.filter((outcome) => 'lost' in outcome);
  if (losing?.lost === losing?.of && losing)
    return `The template ${name} leaves out the conversation: its text shows no message. ${ADVICE}`;
  if (losing) return `The template ${name} leaves out ${losing.lost} of ${losing.of} messages. ${ADVICE}`;
  return refused(name, refusing?.refusal ?? '');
}

function refused(name: string, reason: string): string {
  const shown = reason.length > REASON_AT_MOST ? `${reason.slice(0, REASON_AT_MOST)}...` : reason;
  return `The template ${name} cannot show this conversation: ${shown}. ${ADVICE}`;
}
