/** Control characters other than tab and line break, and the bidirectional overrides that make text read differently than it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F\u202A-\u202E\u2066-\u2069]/g;
const MASS_MENTION = /@(everyone|here)\b/g;

/** A text without control characters and direction overrides, for every place that people read. Line breaks become `\n`. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSEEN, '');
}

/**
 * A text as it may leave for people who can be mentioned: no control characters, no direction overrides, and no mass mention that
 * would work when somebody copies it. (That nothing sent here pings anybody is held by `allowedMentions` in the sender, whatever the
 * text says.) Idempotent.
 */
export function sanitise(text: string): string {
  return withoutControls(text).replace(MASS_MENTION, '@\u200B$1');
}
