import type { ChatMessage } from '../../src/chat.ts';
import { TemplateError } from '../../src/errors.ts';
import { CHAT_SHAPES } from '../../src/prompt/templates/jinja/chat-shapes.ts';
import { describeRung, showShape } from '../../src/prompt/templates/jinja/check-template.ts';
import type { Rendering } from '../../src/prompt/templates/jinja/ladder.ts';
import type { JinjaSource } from '../../src/prompt/templates/jinja/render-text.ts';
import { learnMarks, type RoleMarks, type Shown, unmarkedTurn } from '../../src/prompt/templates/jinja/role-marks.ts';
import { failed, type Outcome, passed } from './outcome.ts';

/** The shapes that every template is made for: of these it is learnt how a template marks the roles. */
const MADE_FOR = ['plain', 'long history'];

/** Renders the shapes of a conversation through one template and looks for every content in what comes out. */
export async function runTemplate(jinja: JinjaSource): Promise<Outcome[]> {
  const shown = new Map<string, Rendering | TemplateError>();
  let stopped: string | undefined;
  for (const shape of Object.keys(CHAT_SHAPES)) {
    const rendering = stopped ? new TemplateError(stopped) : await showShape(jinja, shape);
    shown.set(shape, rendering);
    if (rendering instanceof TemplateError && rendering.cause) stopped = rendering.message; // the other shapes would take as long
  }
  const marks = marksOf(shown);
  return Array.from(shown, ([shape, rendering]) => {
    const name = `${jinja.name}, ${shape}`;
    return rendering instanceof TemplateError ? failed(name, rendering.message) : judge(name, rendering, { shape, marks });
  });
}

/** Undefined where the template does not show these shapes as they are. */
function marksOf(shown: ReadonlyMap<string, Rendering | TemplateError>): RoleMarks | undefined {
  const renderings = MADE_FOR.flatMap((shape) => {
    const rendering = shown.get(shape);
    return rendering && 'rung' in rendering && rendering.rung === 'as-is' ? [turnsIn(rendering, shape)] : [];
  });
  return renderings.length > 0 ? learnMarks(renderings) : undefined;
}

/** The contents with what the template wrote before each, as the pieces have them. */
function turnsIn({ pieces, rung }: Rendering, shape: string): Shown[] {
  const messages = CHAT_SHAPES[shape] ?? [];
  return pieces.flatMap((piece, index) => {
    if (piece.control) return [];
    const place = messages.findIndex(
      ({ role, content }) => content === piece.text || (role === 'system' && isSameWords(content, piece.text)),
    );
    const role = messages[place]?.role ?? 'user';
    const before = pieces[index - 1];
    const told = role === 'system' && place > 0 && rung === 'system-first' ? 'user' : role;
    return [{ role: told, before: before?.control ? before.text : '' }];
  });
}

/** A template that obeys the system message may write it in other letters. */
function isSameWords(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

type Asked = { shape: string; marks?: RoleMarks | undefined };

/**
 * Does not believe the ladder: what it says it did must be seen in the text. The system message may stand late where that is told. Where
 * no turns were joined, each must stand behind the mark of its role.
 */
export function judge(name: string, rendering: Rendering, { shape, marks }: Asked): Outcome {
  const { rung, changes } = rendering;
  const note = describeRung(rendering);
  const fault = faultOfTurns(rendering, CHAT_SHAPES[shape] ?? []);
  if (fault !== undefined) return failed(name, `${note}, but ${fault}`);
  if (!marks || changes.includes(REPEATS) || (rung !== 'as-is' && rung !== 'system-first')) return passed(name, note);
  const turns = turnsIn(rendering, shape);
  const unmarked = unmarkedTurn(turns, marks);
  if (unmarked === undefined) return passed(name, note);
  return failed(name, `${note}, but turn ${unmarked + 1} does not stand behind the mark of the ${turns[unmarked]?.role}`);
}

const REPEATS = 'the template writes a message more than once';
const OBEYS = 'the template obeys or changes what a system message says';

/** What is wrong with contents that should stand as they were written; where it is told, system messages in other letters. */
function faultOfTurns({ pieces, changes }: Rendering, messages: readonly ChatMessage[]): string | undefined {
  const contents = messages.map(({ content }) => content);
  const text = pieces.map((piece) => piece.text).join('');
  const said = pieces.map((piece) => (piece.control ? '\0'.repeat(piece.text.length) : piece.text)).join('');
  const places = messages.map(({ role, content }) =>
    role === 'system' && changes.includes(OBEYS) ? text.toLowerCase().indexOf(content.toLowerCase()) : said.indexOf(content),
  );
  const lost = contents.find((_, index) => places[index] === -1);
  if (lost !== undefined) return `"${lost}" is nowhere in it`;
  const repeated = changes.includes(REPEATS) ? undefined : contents.find((content) => text.split(content).length > 2);
  if (repeated !== undefined) return `"${repeated}" stands in it more than once`;
  const [system = 0, ...turns] = places;
  if (turns.some((place, index) => index > 0 && place <= (turns[index - 1] ?? 0))) return 'the turns stand in another order';
  return system < (turns[0] ?? 0) || changes.length > 0 ? undefined : 'the system message stands late';
}
