/** Chat templates have up to 20,000 characters; of a longer text only so much is looked at. */
const LOOKED_AT = 100_000;

const TAG = /\{%[-+]?\s*(for|endfor)\b(?:(?!%\}|\{%).)*%\}/gs;

/** A role that is compared and not written: `message['role'] == 'user'`, `message.role in [...]`. */
const COMPARED_ROLE = /\brole\b['"\]\s)]*(==|!=|\b(?:not\s+in|in|is)\b)/g;
const ROLE = /\brole\b/;
/** What tells that a loop has a branch for the model's own turns. */
const OWN_TURN = /['"](assistant|model|bot|gpt|ai|chatbot)['"]|\{%[-+]?\s*else\b/i;

/**
 * How many turns of a conversation a Jinja chat template can write: it goes through the messages in a loop, and the loop writes the
 * model's own turns as well. Read from its text and not run. `none` for a text that shows no message at all.
 */
export function turnsOf(template: string | undefined): 'none' | 'one' | 'many' {
  const text = withoutComments((template ?? '').slice(0, LOOKED_AT));
  if (!/\bmessages\b/.test(text)) return 'none';
  return loopsOf(text).some(writesOwnTurns) ? 'many' : 'one';
}

function writesOwnTurns(loop: string): boolean {
  if (!ROLE.test(loop)) return /\bcontent\b/.test(loop); // it writes whatever comes
  return OWN_TURN.test(loop) || ROLE.test(loop.replace(COMPARED_ROLE, ''));
}

function withoutComments(text: string): string {
  const [first = '', ...parts] = text.split('{#');
  return first + parts.map((part) => part.slice(part.includes('#}') ? part.indexOf('#}') + 2 : 0)).join('');
}

/** The text of every loop, those inside of others too. One without an end reaches to the end of the text. */
function loopsOf(text: string): string[] {
  const open: number[] = [];
  const loops: string[] = [];
  for (const { 0: tag, 1: word, index } of text.matchAll(TAG)) {
    if (word === 'for') open.push(index + tag.length);
    else loops.push(text.slice(open.pop() ?? 0, index));
  }
  return [...loops, ...open.map((start) => text.slice(start))];
}
