import { describe, expect, it } from 'vitest';
import type { CommandContext, Subcommand } from '../../../src/bot/commands/command.ts';
import { refusalFor, runCommand } from '../../../src/bot/commands/run-command.ts';
import { StoreError } from '../../../src/errors.ts';
import { CHANNEL, openBot } from './calling.ts';

function subcommand(run: Subcommand['run'], changes = false): Subcommand {
  return { name: 'try', description: 'Try', options: [], changes, run };
}

async function context(over: Partial<CommandContext> = {}): Promise<CommandContext> {
  const member = { id: '7', name: 'Mina', mayManage: false };
  return { bot: await openBot(), channel: CHANNEL, member, options: {}, language: 'en', readsEveryMessage: true, ...over };
}

describe('runCommand', () => {
  it('does not run what changes the channel for a member who may not', async () => {
    let ran = false;
    const change = subcommand(async () => {
      ran = true;
      return { text: 'done', ephemeral: false };
    }, true);
    expect(await runCommand(change, await context())).toMatchObject({
      ephemeral: true,
      text: expect.stringMatching(/may manage/),
    });
    expect(ran).toBe(false);
    expect(refusalFor(change, true, 'en')).toBeUndefined();
  });

  it('makes one sentence for the member of any error, in their language', async () => {
    const broken = subcommand(() => Promise.reject(new Error('ENOENT /secret')));
    const english = await runCommand(broken, await context());
    expect(english).toEqual({ ephemeral: true, text: expect.stringMatching(/^Something went wrong/) });
    const korean = await runCommand(
      subcommand(() => Promise.reject(new StoreError('disk full'))),
      await context({ language: 'ko' }),
    );
    expect(korean).toEqual({ ephemeral: true, text: expect.stringMatching(/기억/) });
  });

  it('puts an answer that is too long for a message into a file', async () => {
    const long = subcommand(async () => ({ text: 'x'.repeat(2_001), ephemeral: true }));
    expect(await runCommand(long, await context())).toEqual({
      ephemeral: true,
      text: 'The answer is in the file.',
      file: { name: 'answer.txt', text: 'x'.repeat(2_001) },
    });
    const fitting = subcommand(async () => ({ text: 'x'.repeat(2_000), ephemeral: true }));
    expect((await runCommand(fitting, await context())).file).toBeUndefined();
  });
});
