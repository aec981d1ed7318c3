import type { ChatMessage } from '../../../chat.ts';

const SYSTEM: ChatMessage = { role: 'system', content: 'You are Rook, a gruff barista in a small harbour town.' };
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

const TURNS = 25;

/** The shapes of a conversation that a persona bot makes, and that templates differ about. Every content stands in one place only. */
export const CHAT_SHAPES: Readonly<Record<string, readonly ChatMessage[]>> = {
  plain: [SYSTEM, user('Mina: Good morning to you.'), assistant('The usual?'), user('Mina: Yes, please.')],
  'greeting first': [SYSTEM, assistant('Shut the door, it is cold.'), user('Mina: A coffee, then.')],
  'two user turns': [
    SYSTEM,
    user('Mina: Good morning to you.'),
    user('Bora: And to me!'),
    assistant('Sit down, both of you.'),
    user('Mina: Where is the cat?'),
    user('Bora: Under the table.'),
  ],
  'system in the middle': [
    SYSTEM,
    user('Mina: Good morning to you.'),
    assistant('The usual?'),
    { role: 'system', content: 'It has begun to rain outside.' },
    user('Mina: Look at that sky.'),
  ],
  'long history': [
    SYSTEM,
    ...Array.from({ length: TURNS }, (_, index) => [
      user(`Mina: Is this question number ${index + 1} of the day?`),
      assistant(`It is, and my answer to number ${index + 1} is no.`),
    ]).flat(),
    user('Mina: One more, the very last.'),
  ],
};
