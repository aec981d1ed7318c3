import type { ReplyRequest } from '../../../chat.ts';
import type { Asked } from '../flavours/flavour.ts';
import type { Server } from '../server.ts';
import type { Known } from './learn-facts.ts';

/** Words that no tokeniser makes fewer tokens of. */
const MORE_WORDS = 64;

/** The end of a reply is held back until it is known: no longer than people wait for a notice. */
const LONGEST_MS = 10_000;

/** After it nothing comes in the protocol of OpenAI. */
const END_MARK = '[DONE]';

/** A request that got its reply. */
type Answered = {
  server: Server;
  known: Known;
  request: ReplyRequest;
  signal: AbortSignal;
  /** the server's count of the prompt's tokens */
  told: number;
  /** how long it may take; left out, LONGEST_MS */
  limitMs?: number;
};

/**
 * Tries whether a server cuts prompts: sends the same prompt with some words more, for a reply of one token. A server that counts no
 * more tokens than before has cut both; one that counts far less does not count what was in its cache. False as well when that cannot
 * be tried, or takes too long.
 */
export async function confirmCut({ server, known, request, told, ...waiting }: Answered): Promise<boolean> {
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(waiting.limitMs ?? LONGEST_MS)]);
  const { served, habits, flavour } = known;
  const longer = { ...request, rendered: withMoreWords(request.rendered), sampling: { ...request.sampling, maxTokens: 1 } };
  const contextTokens = known.askedContextTokens();
  const asked: Asked = { request: longer, server, settings: server.settings, served, habits, contextTokens, totalLimit: 1 };
  try {
    const { address, body, headers } = flavour.call(asked);
    const response = await server.open(address, body, { signal, ...(headers ? { headers } : {}) });
    const counted = await countOf(response, flavour.reader);
    return counted !== undefined && counted > told / 2 && counted < told + MORE_WORDS / 2;
  } catch (error) {
    server.log.debug({ error }, 'whether the server cuts prompts could not be tried');
    return false;
  }
}

function withMoreWords(rendered: ReplyRequest['rendered']): ReplyRequest['rendered'] {
  const words = ' word'.repeat(MORE_WORDS);
  if (rendered.input === 'pieces') return { ...rendered, pieces: [...rendered.pieces, { text: words, control: false }] };
  const last = rendered.messages.length - 1;
  const messages = rendered.messages.map((message, index) =>
    index === last ? { ...message, content: message.content + words } : message,
  );
  return { ...rendered, messages };
}

/** The server's count of the prompt's tokens. Nothing after it is waited for: a server may leave its answer open. */
async function countOf(response: Response, reader: Known['flavour']['reader']): Promise<number | undefined> {
  if (!response.body) return undefined;
  for await (const text of reader.texts(response.body)) {
    if (text === END_MARK) return undefined;
    const chunk = reader.parse(text);
    if (chunk.kind === 'said' && chunk.usage && chunk.usage.prompt_tokens > 0) return chunk.usage.prompt_tokens;
  }
  return undefined;
}
