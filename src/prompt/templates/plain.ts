import type { ChatMessage } from '../../chat.ts';
import { quoteLinesOf } from '../speakers.ts';
import type { Template } from '../template.ts';
import { content, joinPieces, scaffold } from './pieces.ts';

/** The words that plain text calls the roles by. */
type RoleWords = Record<ChatMessage['role'], string>;

const DEFAULT_WORDS: RoleWords = { system: 'System', user: 'User', assistant: 'Assistant' };

/**
 * Plain text for models without a template: `Word: text`, a line break after each, and the assistant's word at the end. No control
 * token parts the roles here, so a line of a turn that begins with a role's word and a colon is quoted.
 */
export function plainTemplate(words: Partial<RoleWords> = {}): Template {
  const word = { ...DEFAULT_WORDS, ...words };
  return {
    name: 'plain',
    stop: [word.user, word.system, word.assistant].map((role) => `\n${role}:`),
    render: (messages, { opening }) =>
      joinPieces([
        ...messages.flatMap((message) => [
          scaffold(`${word[message.role]}: `),
          content(message.role === 'system' ? message.content : quoteLinesOf(message.content, Object.values(word))),
          scaffold('\n'),
        ]),
        scaffold(`${word.assistant}:`),
        content(opening === '' ? '' : ` ${opening}`),
      ]),
  };
}
