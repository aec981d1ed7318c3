import { createHash } from 'node:crypto';

/**
 * The nonce of one part of what answers a trigger: the same after a crash or a retry, so that Discord shows the part once. Notices
 * have a kind of their own, so that an error message never swallows the reply. 24 characters of base64url: Discord takes 25.
 */
export function nonceFor(triggerId: string, kind: 'reply' | 'notice', part: number): string {
  return createHash('sha256').update(`${triggerId}|${kind}|${part}`).digest('base64url').slice(0, 24);
}
