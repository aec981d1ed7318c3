// A process of its own for session-durability.test.ts: appends turns until it is killed and reports each seq once it is stored.
import { writeSync } from 'node:fs';
import { openStore } from '../../src/memory/open-store.ts';
import { openSessions } from '../../src/memory/session.ts';
import { memberTurn, personaTurn } from './turns.ts';

const [path = '', round = ''] = process.argv.slice(2);
const sessions = openSessions(await openStore(`sqlite:${path}`));
for (let count = 0; ; count += 1) {
  const id = `${round}-${count}`;
  const asked = await sessions.append('s', memberTurn(id, `question ${id}`));
  writeSync(1, `${asked.turn.seq} ${id}\n`);
  const answered = await sessions.append('s', personaTurn(id, `answer ${id}`));
  writeSync(1, `${answered.turn.seq} r${id}\n`);
}
