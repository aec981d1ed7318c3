import { createHash } from 'node:crypto';
import type { ChatBody, SaidOptions } from '../../llm-double/answer.ts';
import { say } from '../../llm-double/answer.ts';
import { startLlmDouble } from '../../llm-double/llm-double.ts';
import { describeBackendContract, type Subject } from '../backend-contract.ts';
import { openOpenai, request } from './open-openai.ts';

const SYLLABLES = ['ka', 'mi', ' to', ' re', 'sho', ' ban', 'lu', ' 고래', '가', ' fen', 'da', ' wo', '.', ' Ned'];

/** A story of 90 tokens that the prompt and, unless it is greedy, the seed decide; its emoji come in halves. */
function tellStory(body: ChatBody): string[] {
  const chance = body.temperature === 0 ? '' : `${body.seed}/${body.temperature}`;
  const bytes = createHash('shake256', { outputLength: 90 })
    .update(`${JSON.stringify(body.messages)}${chance}`)
    .digest();
  const tokens = [...bytes].flatMap((byte) =>
    byte % 11 === 0 ? ['\ud83e', '\udd8a'] : [SYLLABLES[byte % SYLLABLES.length] ?? ''],
  );
  return ['So', ...tokens].slice(0, 90);
}

async function open(options: SaidOptions, obedient = true): Promise<Subject> {
  const double = await startLlmDouble();
  double.script((body) => {
    const story = tellStory(body);
    if (obedient) return say(story, options);
    return say(story.slice(0, body.max_tokens), { ...options, honour: false, finishReason: 'length' });
  });
  const backend = openOpenai(double.baseUrl, { contextTokens: 4096 });
  return {
    backend,
    request: (text, over) => request(text, {}, over),
    working: () => double.working(),
    async close() {
      await backend.close();
      await double.close();
    },
  };
}

describeBackendContract('openai, a server that streams as it should', () => open({ delayMs: 2 }));
describeBackendContract('openai, a server that knows no stop strings and counts nothing', () =>
  open({ delayMs: 2, usage: false }, false),
);
describeBackendContract('openai, a server whose bytes come in odd pieces between pings', () =>
  open({ bytes: { every: 97 }, lineEnd: '\r\n', pings: true }),
);
