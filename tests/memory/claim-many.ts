// A process of its own for open-store.test.ts: claims 500 keys as fast as it can and prints those it won.
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../src/memory/open-store.ts';

const [path = '', name = '', startAt = '0'] = process.argv.slice(2);
await sleep(Math.max(0, Number(startAt) - Date.now()));
const store = await openStore(`sqlite:${path}`);
const won: number[] = [];
for (let key = 0; key < 500; key += 1) {
  if (await store.addIfAbsent('claim', String(key), name, 60_000)) won.push(key);
}
await store.close();
process.stdout.write(won.join('\n'));
