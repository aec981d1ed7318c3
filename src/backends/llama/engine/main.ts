// The engine's own process: a crash of llama.cpp ends this one, and not the bot. It is started by ../process/engine-process.ts.
import { writeFileSync } from 'node:fs';
import type { Order, Report } from '../process/protocol.ts';
import { serve } from './serve.ts';

const OOM_SCORE = 800; // of 1000: Linux, short of memory, ends this process before the bot that can start it again

function report(message: Report): void {
  if (process.connected) process.send?.(message);
}

function offerItselfFirst(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/oom_score_adj', String(OOM_SCORE));
  } catch {
    // A sandbox may forbid it; then the kernel chooses by size, which is mostly this process as well.
  }
}

offerItselfFirst();
const obey = serve(report);
process.on('message', (order: Order) => obey(order));
// The bot is gone, however it ended: nobody is left to answer.
process.on('disconnect', () => process.exit());
// Ctrl-C in a terminal reaches the whole group, and the bot decides when the engine ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
