import type { Logger } from '../../log.ts';
import type { Backend } from '../backend.ts';
import { createTokenCounts } from './count-tokens.ts';
import { openai } from './flavours/openai.ts';
import { createFacts } from './learning/learn-facts.ts';
import { createServer } from './server.ts';
import type { OpenaiSettings } from './settings.ts';
import { speakReply } from './speak-reply.ts';
import { noUsage } from './stream/count-usage.ts';
import type { Place } from './translate-error.ts';

type OpenaiSurroundings = {
  log: Logger;
  readSecret: (environmentVariable: string) => string | undefined;
  /** a clock in ms; left out, the program's own */
  now?: () => number;
};

/** A backend that speaks to a model server: OpenAI's protocol, or the server's own where that can do more. */
export function createOpenaiBackend(name: string, settings: OpenaiSettings, surroundings: OpenaiSurroundings): Backend {
  const { log, readSecret, now = () => performance.now() } = surroundings;
  const secret = readSecret(settings.apiKeyEnv)?.trim() || undefined;
  const server = createServer(settings, { name, secret, log: log.child({ backend: name }) });
  const facts = createFacts(server, now);
  const counts = createTokenCounts(server, facts);
  const takes = settings.mode === 'completion' ? 'pieces' : 'messages';

  function requireKey(): void {
    if (!secret && openai.isAt?.(server.baseUrl)) throw server.fail('rejected', keyIsMissing(server.place));
  }
  return {
    name,
    async describe() {
      requireKey();
      return facts.describe();
    },
    async *reply(request, signal) {
      const { input } = request.rendered;
      if (input !== takes) throw new TypeError(`The openai backend ${name} takes ${takes}; this request holds ${input}.`);
      const stopping = AbortSignal.any([signal, server.closing]);
      if (stopping.aborted) {
        yield { type: 'end', reason: 'aborted', usage: noUsage() };
        return;
      }
      requireKey();
      yield* speakReply({ server, facts, counts }, request, stopping);
    },
    countTokens: (texts) => counts.count(texts),
    async close() {
      server.close();
    },
  };
}

function keyIsMissing({ baseUrl, apiKeyEnv }: Place): string {
  return `${baseUrl} needs a key: set ${apiKeyEnv} in the environment or in .env.`;
}
