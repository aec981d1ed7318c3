// npm run conformance [-- --templates DIR]: whether chat templates come out right. CONFORMANCE_DATA names the folder with
// chat-template-cases.json; --templates DIR renders other templates (.jinja, or a tokenizer_config.json) for every shape of a
// conversation. The last line counts the checks; exit code 1 when one failed, 2 for wrong usage.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../../src/errors.ts';
import { runCases } from './cases.ts';
import { failed, type Outcome } from './outcome.ts';
import { runTemplate } from './run-templates.ts';
import { readTemplateFiles, type TemplateFile } from './template-files.ts';

const CASES = 'chat-template-cases.json';

async function main(): Promise<number> {
  const { templates: folders } = readArguments();
  const files = (await Promise.all(folders.map(readTemplateFiles))).flat();
  const outcomes = await checkCases();
  for (const file of files) outcomes.push(...(await checkFile(file)));
  const count = outcomes.filter(({ passed }) => passed).length;
  print(`${count} passed, ${outcomes.length - count} failed`);
  return count === outcomes.length ? 0 : 1;
}

function readArguments(): { templates: string[] } {
  try {
    const { values } = parseArgs({ options: { templates: { type: 'string', multiple: true, default: [] } } });
    return values;
  } catch (error) {
    throw new UsageError(`${messageOf(error)} The only option is --templates DIR.`, { cause: error });
  }
}

async function checkCases(): Promise<Outcome[]> {
  const folder = process.env.CONFORMANCE_DATA;
  const file = folder === undefined ? undefined : path.join(folder, CASES);
  if (file === undefined || !existsSync(file)) {
    print(`skipped: the cases of ${CASES}: ${file === undefined ? 'CONFORMANCE_DATA names no folder' : `there is no ${file}`}`);
    return [];
  }
  const outcomes = await runCases(file).catch((error: unknown) => [failed(file, `cannot be read: ${messageOf(error)}`)]);
  for (const outcome of outcomes) printOutcome(outcome);
  return outcomes;
}

async function checkFile(file: TemplateFile): Promise<Outcome[]> {
  if ('skipped' in file) print(`skipped: ${file.name}: ${file.skipped}`);
  if ('skipped' in file) return [];
  const outcomes: Outcome[] = [];
  if ('broken' in file) outcomes.push(failed(file.name, file.broken));
  else for (const jinja of file.templates) outcomes.push(...(await runTemplate(jinja)));
  for (const outcome of outcomes) printOutcome(outcome);
  return outcomes;
}

function printOutcome({ name, passed, note }: Outcome): void {
  print(`${passed ? 'passed' : 'FAILED'}: ${name}: ${note.replace(/\s*\n\s*/g, ' ')}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`conformance: ${messageOf(error)}\n`);
  return 2;
});
