// The same servers, started in another way or some versions older: what comes out where changes, and no page says so.
import type { Family } from '../families/family.ts';
import type { Speech, Surface } from '../speech.ts';
import { type Body, type Dialect, type Flavour, json } from './flavour.ts';
import { llamaServer } from './llama-server.ts';
import { lmStudio } from './lm-studio.ts';
import { ollama } from './ollama.ts';
import { vllm } from './vllm.ts';

type Surfacing = (surface: Surface, family: Family, body: Body) => Surface;

/** A flavour whose thoughts come out elsewhere. */
function surfacing(flavour: Flavour, surfaceOf: Surfacing): Flavour['dialects'] {
  const changed = Object.entries(flavour.dialects).map(([path, dialect]): [string, Dialect] => [
    path,
    {
      ...dialect,
      read(body, served) {
        const heard = dialect.read(body, served);
        return 'refusal' in heard ? heard : { ...heard, surface: surfaceOf(heard.surface, served.family, body) };
      },
    },
  ]);
  return Object.fromEntries(changed);
}

function hasThinkTag({ tags }: Family): boolean {
  return tags?.close.includes('</think>') === true;
}

/** `--reasoning-format none`: the text as the model writes it, unless a request asks for something else. */
const rawLlamaServer: Flavour = {
  ...llamaServer,
  name: 'llama-server that parses nothing',
  dialects: surfacing(llamaServer, (surface, _family, { reasoning_format: format }) =>
    format === 'auto' || format === 'deepseek' ? surface : 'content',
  ),
};

/** No `--reasoning-parser`: tags that are plain text stay; those that are special tokens would be dropped, so such models have one. */
const rawVllm: Flavour = {
  ...vllm,
  name: 'vllm without a reasoning parser',
  dialects: surfacing(vllm, (surface, family) => (hasThinkTag(family) && surface !== 'nowhere' ? 'content' : surface)),
};

/** A reasoning parser that waits for `</think>` (deepseek_r1, qwen3): where the model does not think all of it is taken for thought. */
const waitingVllm: Flavour = {
  ...vllm,
  name: 'vllm whose parser takes replies for thoughts',
  dialects: Object.fromEntries(
    Object.entries(vllm.dialects).map(([path, dialect]): [string, Dialect] => [
      path,
      {
        ...dialect,
        frames: (speech, heard, served) => dialect.frames(filedAsThought(speech, served.family), heard, served),
      },
    ]),
  ),
};

function filedAsThought(speech: Speech, family: Family): Speech {
  if (!hasThinkTag(family) || speech.tokens.thoughts > 0) return speech;
  return { ...speech, pieces: speech.pieces.map(({ text }) => ({ field: 'reasoning', text })) };
}

/** "When applicable, separate reasoning_content and content in API responses" is turned on. */
const parsingLmStudio: Flavour = {
  ...lmStudio,
  name: 'lm-studio that parses',
  dialects: surfacing(lmStudio, (surface, family) => (hasThinkTag(family) ? 'reasoning_content' : surface)),
};

/** Before 0.40 `/api/show` named the capability and no values. */
const olderOllama: Flavour = {
  ...ollama,
  name: 'ollama of 2025',
  pages: {
    ...ollama.pages,
    'GET /api/version': () => json(200, { version: '0.12.6' }),
    'POST /api/show'(served, body) {
      const page = ollama.pages['POST /api/show']?.(served, body) ?? json(500, {});
      const { thinking: _, ...shown } = JSON.parse(page.body) as Record<string, unknown>;
      return { ...page, body: JSON.stringify(shown) };
    },
  },
};

export const VARIANTS: readonly Flavour[] = [rawLlamaServer, rawVllm, waitingVllm, parsingLmStudio, olderOllama];
