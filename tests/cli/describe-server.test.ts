import { describe, expect, it } from 'vitest';
import { describeServer } from '../../src/cli/describe-server.ts';

const serverWith = (models: string[]) => ({ name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', models });

describe('describeServer', () => {
  it('names the first five models and counts the others', () => {
    const said = describeServer(serverWith(['a', 'b', 'c', 'd', 'e', 'f', 'g']));
    expect(said).toBe('LM Studio at http://127.0.0.1:1234/v1 (a, b, c, d, e and 2 more)');
    expect(describeServer(serverWith([]))).toMatch(/\(no model\)$/);
  });

  it('stays one short line whatever a server calls its models', () => {
    const said = describeServer(serverWith(['a\nTroupe is broken\u001b[2J\r\nb', 'y'.repeat(3000), '', ' ']));
    for (const character of ['\n', '\r', '\u001b']) expect(said).not.toContain(character);
    expect(said).toMatch(/\(a Troupe is broken\[2J b, y{59}…\)$/);
  });
});
