import type { ChatMessage } from '../../chat.ts';
import type { Template } from '../template.ts';
import { familyTemplate } from './named/scaffolding.ts';

/** The words that plain text calls the roles by. */
type RoleWords = Record<ChatMessage['role'], string>;

const DEFAULT_WORDS: RoleWords = { system: 'System', user: 'User', assistant: 'Assistant' };

/**
 * Plain text for models without a template: `Word: text`, a line break after each, and the assistant's word at the end. No control
 * token parts the roles here, so a line of a turn that begins with a role's word and a colon is quoted.
 */
export function plainTemplate(words: Partial<RoleWords> = {}): Template {
  const { system, user, assistant } = { ...DEFAULT_WORDS, ...words };
  return familyTemplate({
    name: 'plain',
    stop: [user, system, assistant].map((word) => `\n${word}:`),
    turns: 'any',
    roleWords: [system, user, assistant],
    scaffolding: {
      system: [`${system}: `, '\n'],
      user: [`${user}: `, '\n'],
      assistant: [`${assistant}: `, '\n'],
      reply: `${assistant}:`,
    },
  });
}
