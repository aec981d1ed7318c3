import { TemplateError } from '../../../errors.ts';
import { jinjaTemplate } from '../jinja.ts';
import { CHAT_SHAPES } from './chat-shapes.ts';
import type { Rendering, Rung } from './ladder.ts';
import type { JinjaSource } from './render-text.ts';

/** What a template makes of one shape of a conversation: how it shows it, or why it cannot. */
export type ShapeCheck = { shape: string } & ({ rung: Rung; changes: readonly string[] } | { problem: string });

const NOON = Date.UTC(2026, 0, 1, 12);

/** Renders every shape of a conversation. Throws TemplateError when the source does not parse. */
export async function checkTemplate(jinja: JinjaSource): Promise<ShapeCheck[]> {
  const checks: ShapeCheck[] = [];
  let stopped: string | undefined;
  for (const shape of Object.keys(CHAT_SHAPES)) {
    const shown = stopped ?? (await showShape(jinja, shape));
    if (typeof shown === 'string') checks.push({ shape, problem: shown });
    else if (!(shown instanceof TemplateError)) checks.push({ shape, rung: shown.rung, changes: shown.changes });
    else {
      checks.push({ shape, problem: shown.message });
      if (shown.cause) stopped = shown.message; // a limit was passed: the other shapes would take as long
    }
  }
  return checks;
}

/** Rejects with what is no TemplateError. */
export async function showShape(jinja: JinjaSource, shape: string): Promise<Rendering | TemplateError> {
  try {
    return await jinjaTemplate(jinja).explain(CHAT_SHAPES[shape] ?? [], { opening: '', now: NOON });
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
}

/** The same for people: shapes of one outcome in one line. Empty when every shape is shown as it is. */
export function describeChecks(checks: readonly ShapeCheck[]): string[] {
  const lines = new Map<string, string[]>();
  for (const check of checks) {
    const outcome = 'problem' in check ? check.problem : describeRung(check);
    lines.set(outcome, [...(lines.get(outcome) ?? []), check.shape]);
  }
  return [...lines].map(([outcome, shapes]) => `${shapes.join(', ')}: ${outcome}`);
}

export function describeRung({ rung, changes }: Pick<Rendering, 'rung' | 'changes'>): string {
  return changes.length > 0 ? `${rung}: ${changes.join('; ')}` : rung;
}
