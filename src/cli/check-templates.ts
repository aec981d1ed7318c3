import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inspectModel } from '../backends/llama/gguf/inspect-model.ts';
import type { Config } from '../config.ts';
import { messageOf, type Problem } from '../errors.ts';
import type { PersonaSet } from '../personas/load-personas.ts';
import type { Persona } from '../personas/persona.ts';
import { checkTemplate, describeChecks } from '../prompt/templates/jinja/check-template.ts';
import type { JinjaSource } from '../prompt/templates/jinja/render-text.ts';
import { isAddress } from './model-files.ts';

/** Problems end the check with an exit code; notes only tell what templates do to a conversation. */
export type Findings = { problems: readonly Problem[]; notes: readonly string[] };
type Personas = Pick<PersonaSet, 'all' | 'placeOf'>;

/**
 * Renders conversations of every shape with the Jinja templates of these personas: the files that they name, and the own template of
 * the model file that is configured for them. A template that can show none of the shapes is a problem.
 */
export async function checkTemplates(personas: Personas, config: Config | undefined): Promise<Findings> {
  const problems: Problem[] = [];
  const notes: string[] = [];
  const byFile = Map.groupBy(personas.all(), (persona) => templateFileOf(persona, config));
  for (const [file, users] of byFile) {
    const jinja = file === undefined ? undefined : await readJinja(file, notes);
    if (!jinja) continue;
    const checks = await checkTemplate(jinja);
    const [first] = checks;
    if (first && 'problem' in first && checks.every((check) => 'problem' in check)) {
      problems.push(...users.map(({ id }) => ({ ...placeIn(personas, id), message: first.problem })));
    } else
      notes.push(...describeChecks(checks).map((line) => `${jinja.name} (${users.map(({ id }) => id).join(', ')}): ${line}.`));
  }
  return { problems, notes };
}

/** The file whose Jinja template writes this persona's prompts, as far as the configuration tells: a .jinja or a model file. */
function templateFileOf({ template, layout, backend }: Persona, config: Config | undefined): string | undefined {
  if (template.toLowerCase().endsWith('.jinja')) return template;
  if (template !== 'auto' || layout === 'transcript' || !config) return undefined;
  const { backends, model } = config;
  const name = backend === 'default' && !('default' in backends) ? Object.keys(backends)[0] : backend;
  const isServer = model.openaiBaseUrl !== undefined || model.hasOpenaiKey;
  const file = name === undefined ? (isServer ? undefined : model.llama) : backends[name]?.model;
  return file?.toLowerCase().endsWith('.gguf') && !isAddress(file) ? file : undefined;
}

/** Undefined for what has no template, or one that was told of already: it cannot be read or does not parse. */
async function readJinja(file: string, notes: string[]): Promise<JinjaSource | undefined> {
  if (file.toLowerCase().endsWith('.jinja')) {
    const source = await readFile(file, 'utf8').catch(() => undefined);
    return source === undefined ? undefined : { name: file, source };
  }
  try {
    const { template: source, bosToken, eosToken } = await inspectModel(file);
    return source === undefined ? undefined : { name: `the template of ${basename(file)}`, source, bosToken, eosToken };
  } catch (error) {
    notes.push(messageOf(error));
    return undefined;
  }
}

function placeIn({ placeOf }: Personas, id: string): Pick<Problem, 'file' | 'line' | 'path'> {
  return placeOf?.(id, 'template') ?? { file: `personas/${id}.yaml`, path: 'template' };
}
