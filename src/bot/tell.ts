import { setTimeout as sleep } from 'node:timers/promises';
import { TroupeError } from '../errors.ts';
import type { Bot } from './bot.ts';
import { QueueFullError } from './channel-queue.ts';
import type { IncomingMessage } from './incoming.ts';
import { nonceFor } from './nonce.ts';
import { noticeFor } from './notices.ts';
import type { Outgoing } from './outgoing.ts';

/** Logs why an answer failed, and tells whoever asked. Never rejects. */
export async function tell(bot: Bot, message: IncomingMessage, outgoing: Outgoing, error: unknown): Promise<void> {
  const expected = error instanceof TroupeError;
  bot.log[expected ? 'warn' : 'error']({ error, channel: message.channel.id }, 'an answer failed');
  if (error instanceof QueueFullError && !error.isFirst) return; // told once for all of them
  try {
    await notify(bot, message, outgoing, noticeFor(error, bot.house().language));
  } catch (refusal) {
    bot.log.warn({ error: refusal, channel: message.channel.id }, 'the failure could not be told');
  }
}

/** Says something as the program, at the pace that replies keep as well. */
export async function notify(bot: Bot, message: IncomingMessage, outgoing: Outgoing, text: string): Promise<void> {
  const governor = bot.governors.of(message.channel.id, outgoing.pace);
  for (let wait = governor.take('post', true); wait > 0; wait = governor.take('post', true)) await sleep(wait);
  await outgoing.notify(text, nonceFor(message.id, 'notice', 0));
  governor.arrived('post');
}
