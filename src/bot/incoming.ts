import type { Source } from '../chat.ts';

/** A message as plain data: all of a platform's message that the core ever sees. */
export type IncomingMessage = {
  id: string;
  channel: {
    /** unique over venues: 'discord-123', 'terminal' */
    id: string;
    /** a place with several people, where every user turn is written `Name: text` */
    shared: boolean;
    ageRestricted: boolean;
  };
  author: { id: string; name: string; isBot: boolean };
  text: string;
  mentionsBot: boolean;
  repliesToBot: boolean;
  source: Source;
  at: number;
};
