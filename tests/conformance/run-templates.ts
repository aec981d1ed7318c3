import { TemplateError } from '../../src/errors.ts';
import { CHAT_SHAPES } from '../../src/prompt/templates/jinja/chat-shapes.ts';
import { describeRung, showShape } from '../../src/prompt/templates/jinja/check-template.ts';
import type { Rendering } from '../../src/prompt/templates/jinja/ladder.ts';
import type { JinjaSource } from '../../src/prompt/templates/jinja/render-text.ts';
import { failed, type Outcome, passed } from './outcome.ts';

/** Renders the shapes of a conversation through one template and looks for every content in what comes out. */
export async function runTemplate(jinja: JinjaSource): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let stopped: string | undefined;
  for (const shape of Object.keys(CHAT_SHAPES)) {
    const name = `${jinja.name}, ${shape}`;
    const shown = stopped ? new TemplateError(stopped) : await showShape(jinja, shape);
    if (!(shown instanceof TemplateError)) outcomes.push(judge(name, shown, shape));
    else {
      outcomes.push(failed(name, shown.message));
      if (shown.cause) stopped = shown.message; // it passed a limit: the other shapes would take as long
    }
  }
  return outcomes;
}

/**
 * Does not believe the ladder: what it says it did must be seen in the text. Texts that were made plain may stand in any form, and the
 * system message late: there it is enough that it is told.
 */
export function judge(name: string, rendering: Rendering, shape: string): Outcome {
  const { pieces, rung, changes } = rendering;
  const note = describeRung(rendering);
  const contents = (CHAT_SHAPES[shape] ?? []).map(({ content }) => content);
  const text = pieces.map((piece) => piece.text).join('');
  const said = pieces.map((piece) => (piece.control ? '\0'.repeat(piece.text.length) : piece.text)).join('');
  const places = contents.map((content) => said.indexOf(content));
  const lost = contents.find((_, index) => places[index] === -1);
  const repeated = contents.find((content) => text.split(content).length > 2);
  const [system = 0, ...turns] = places;
  const isInOrder = turns.every((place, index) => index === 0 || place > (turns[index - 1] ?? 0));
  const isTold = changes.length > 0;
  if (rung === 'neutralised-text' && isTold) return passed(name, note);
  if (lost !== undefined) return failed(name, `${note}, but "${lost}" is nowhere in it`);
  if (repeated !== undefined) return failed(name, `${note}, but "${repeated}" stands in it more than once`);
  if (!isInOrder) return failed(name, `${note}, but the turns stand in another order`);
  return system < (turns[0] ?? 0) || isTold ? passed(name, note) : failed(name, `${note}, but the system message stands late`);
}
