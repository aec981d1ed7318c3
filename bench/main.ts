// npm run bench [-- --only NAME] [--json]: what speed and memory really are, on the machine it runs on.
import { parseArgs } from 'node:util';
import { benchDiscord } from './discord.ts';
import { benchMemory } from './memory.ts';

const PARTS: Record<string, () => Promise<Record<string, unknown>>> = { memory: benchMemory, discord: benchDiscord };

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'boolean', default: false } } });
  const names = values.only === undefined ? Object.keys(PARTS) : [values.only];
  const results: Record<string, unknown> = {};
  for (const name of names) {
    const part = PARTS[name];
    if (!part) {
      process.stderr.write(`bench: there is no part '${name}'; there are: ${Object.keys(PARTS).join(', ')}.\n`);
      return 2;
    }
    process.stderr.write(`bench: ${name} ...\n`);
    results[name] = await part();
    if (!values.json) process.stdout.write(`${name} ${JSON.stringify(results[name], null, 2)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  return 0;
}

process.exitCode = await main();
