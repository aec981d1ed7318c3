import { DiscordAPIError, RESTJSONErrorCodes } from 'discord.js';
import { messageOf, TroupeError } from '../../errors.ts';

/** The refusals of Discord that we know what to do about, by its error code. */
export const REFUSAL = {
  unknownChannel: RESTJSONErrorCodes.UnknownChannel,
  unknownMessage: RESTJSONErrorCodes.UnknownMessage,
  unknownInteraction: RESTJSONErrorCodes.UnknownInteraction,
  missingAccess: RESTJSONErrorCodes.MissingAccess,
  missingPermissions: RESTJSONErrorCodes.MissingPermissions,
  alreadyAcknowledged: RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged,
  cannotReply: RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory,
  invalidToken: RESTJSONErrorCodes.InvalidWebhookToken,
  cannotMessageUser: RESTJSONErrorCodes.CannotSendMessagesToThisUser,
} as const;

/** What to do about each, said of the channel where it happened. */
const ADVICE: ReadonlyMap<number | string, (place: string) => string> = new Map([
  [REFUSAL.unknownChannel, (place: string) => `${place} is gone: it was deleted.`],
  [REFUSAL.unknownMessage, (place: string) => `The message in ${place} is gone: it was deleted.`],
  [REFUSAL.missingAccess, (place: string) => `The bot cannot see ${place}: give it "View Channel" there.`],
  [
    REFUSAL.missingPermissions,
    (place: string) =>
      `The bot may not write in ${place}: give it "Send Messages" (in threads "Send Messages in Threads") there.`,
  ],
  [REFUSAL.cannotMessageUser, () => 'The member takes no direct messages from the bot.'],
]);

export function isRefusal(error: unknown, ...codes: readonly number[]): boolean {
  return error instanceof DiscordAPIError && codes.some((code) => code === error.code);
}

/** Discord's error as one sentence: what, where, and what to do where we know it. */
export function explainRefusal(error: unknown, place: string): TroupeError {
  const advice = error instanceof DiscordAPIError ? ADVICE.get(error.code) : undefined;
  const sentence = advice ? advice(place) : `Discord did not take what was sent to ${place}: ${messageOf(error)}.`;
  return new TroupeError(sentence, { cause: error });
}
