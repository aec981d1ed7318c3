export type Limit = { name: string; requests: number; windowMs: number };
export type Take = { allowed: boolean; remaining: number; resetAfterMs: number };
type Window = { used: number; endsAt: number };

/** Rate-limit windows as Discord keeps them: a window opens with its first request and refuses what is over its limit. */
export class Buckets {
  private readonly windows = new Map<string, Window>();

  /** `key`: the bucket and what it is counted for, such as a channel. A refused request is not counted. */
  take(key: string, limit: Limit): Take {
    const now = Date.now();
    const open = this.windows.get(key);
    const window = open !== undefined && open.endsAt > now ? open : { used: 0, endsAt: now + limit.windowMs };
    this.windows.set(key, window);
    const allowed = window.used < limit.requests;
    if (allowed) window.used += 1;
    return { allowed, remaining: limit.requests - window.used, resetAfterMs: window.endsAt - now };
  }
}

/** The headers of a counted answer. */
export function limitHeaders(limit: Limit, take: Take): Record<string, string> {
  return {
    'x-ratelimit-bucket': Buffer.from(limit.name).toString('hex').padEnd(32, '0').slice(0, 32),
    'x-ratelimit-limit': String(limit.requests),
    'x-ratelimit-remaining': String(take.remaining),
    'x-ratelimit-reset': ((Date.now() + take.resetAfterMs) / 1000).toFixed(3),
    'x-ratelimit-reset-after': seconds(take.resetAfterMs).toFixed(3),
  };
}

export type Refusal = { status: 429; headers: Record<string, string>; body: Record<string, unknown> };

/** Discord's 429, for one bucket or for all requests of the bot. */
export function tooManyRequests(scope: 'user' | 'shared' | 'global', retryAfterMs: number): Refusal {
  const global = scope === 'global';
  const headers: Record<string, string> = {
    'retry-after': String(Math.ceil(retryAfterMs / 1000)),
    'x-ratelimit-scope': scope,
    ...(global ? { 'x-ratelimit-global': 'true' } : {}),
  };
  const body = { message: 'You are being rate limited.', retry_after: seconds(retryAfterMs), global, code: 0 };
  return { status: 429, headers, body };
}

// Rounded up: a client that waits exactly this long is never early.
function seconds(ms: number): number {
  return Math.ceil(ms) / 1000;
}
