// A process that saves states as fast as it can, until it is killed. Arguments: a model file, and a place with its budgets as JSON.
import { fill, openScene, openStore, type Place, promptOf } from './scene.ts';

type Order = { place: Place; memoryBytes: number; diskBytes: number };

const { place, ...budgets }: Order = JSON.parse(process.argv[3] ?? '');
const { sequences } = await openScene(process.argv[2] ?? '', { sequences: 3 });
const [sequence] = sequences;
if (!sequence) throw new Error('The scene has sequences.');
const store = await openStore(place, budgets);
await fill(sequence, promptOf(60, 1));
for (let number = 0; ; number += 1) {
  await store.save(sequence, {
    owner: { persona: 'rook', session: `s${number % 11}` },
    kind: 'whole',
  });
  if (number === 5) process.stdout.write('saving\n');
}
