import type { AllowedMentionsBody, MessageBody, MessageCreateBody } from 'discord-api-spec/zod';

export type Report = (violation: string) => void;

/** Troupe's own promise: nothing it sends can notify anybody. */
export function checkMentions(where: string, body: MessageBody, report: Report): void {
  if ((body.content ?? '') === '') return;
  if (!notifiesNobody(body.allowed_mentions)) {
    report(`${where}: allowed_mentions must be {"parse":[]}, it was ${JSON.stringify(body.allowed_mentions)}`);
  }
}

/** Troupe's own promise: a message that is posted twice is shown once. */
export function checkNonce(where: string, body: MessageCreateBody, report: Report): void {
  const given = body.nonce !== undefined && body.nonce !== null && body.nonce !== '';
  if (!given || body.enforce_nonce !== true) report(`${where}: a message was created without nonce and enforce_nonce`);
}

function notifiesNobody(allowed: AllowedMentionsBody | null | undefined): boolean {
  const nothing = (list: unknown[] | null | undefined) => (list ?? []).length === 0;
  return allowed?.parse?.length === 0 && nothing(allowed.users) && nothing(allowed.roles) && allowed.replied_user !== true;
}
