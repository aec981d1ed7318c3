import { parseJson } from './stream/parse-chunk.ts';

type Fetch = typeof fetch;

/**
 * Servers write their refusals in several shapes, and the SDK reads only `{"error": ...}`: of the others it would lose every word.
 * This passes the answers of `fetch` on, refusals always in that shape.
 */
export function plainErrors(next: Fetch): Fetch {
  return async (input, init) => {
    const response = await next(input, init);
    if (response.ok || !/json/i.test(response.headers.get('content-type') ?? '')) return response;
    const text = await response.text();
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    headers.delete('content-encoding');
    return new Response(inOneShape(text), { status: response.status, statusText: response.statusText, headers });
  };
}

/** `[{"error": ...}]` as Gemini writes it, `{"detail": ...}` as FastAPI and Mistral do, `{"message": ...}` as vLLM did before 0.10. */
function inOneShape(text: string): string {
  const value = parseJson(text);
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first !== 'object' || first === null) return text;
  if ('error' in first) return JSON.stringify(first);
  if ('detail' in first) return JSON.stringify({ error: { message: wordsOf(first.detail), detail: first.detail } });
  return JSON.stringify({ error: first });
}

function wordsOf(detail: unknown): string {
  return typeof detail === 'string' ? detail : JSON.stringify(detail);
}
