import type { Gateway } from '../gateway/gateway.ts';
import { intents } from '../gateway/intents.ts';
import type { GatewayEvent } from '../gateway/session.ts';
import { messageEventPayload } from './message-payload.ts';
import { EPHEMERAL, type Message, type World } from './world.ts';

export type Draft = Pick<Message, 'channelId' | 'authorId' | 'content'> & Partial<Omit<Message, 'id' | 'createdAt' | 'edits'>>;
export type Change = Partial<Pick<Message, 'content' | 'flags' | 'attachments' | 'embeds' | 'components' | 'allowedMentions'>>;

/** Writes, changes and deletes messages, and tells the gateway. */
export class Posts {
  private readonly world: World;
  private readonly gateway: Gateway;

  constructor(world: World, gateway: Gateway) {
    this.world = world;
    this.gateway = gateway;
  }

  create(draft: Draft): Message {
    const message: Message = {
      nonce: undefined,
      replyTo: undefined,
      pingsReplied: false,
      flags: 0,
      allowedMentions: undefined,
      attachments: [],
      embeds: [],
      components: [],
      interactionId: undefined,
      deleted: false,
      ...draft,
      content: draft.content.trim(),
      id: this.world.nextId(),
      createdAt: this.world.now(),
      edits: [],
    };
    this.world.messages.set(message.id, message);
    this.announce('MESSAGE_CREATE', message);
    return message;
  }

  /** Tells of a message once more, as the gateway may: events come at least once. */
  repeat(message: Message): void {
    this.announce('MESSAGE_CREATE', message);
  }

  edit(message: Message, change: Change): void {
    Object.assign(message, change, change.content === undefined ? {} : { content: change.content.trim() });
    message.edits.push({ content: message.content, at: this.world.now() });
    this.announce('MESSAGE_UPDATE', message);
  }

  delete(message: Message): void {
    message.deleted = true;
    const { guildId } = this.world.channel(message.channelId);
    const data = { id: message.id, channel_id: message.channelId, ...(guildId === undefined ? {} : { guild_id: guildId }) };
    this.dispatch('MESSAGE_DELETE', message, () => data);
  }

  private announce(type: string, message: Message): void {
    this.dispatch(type, message, (readsAll) => messageEventPayload(this.world, message, readsAll));
  }

  private dispatch(type: string, message: Message, data: GatewayEvent['data']): void {
    // An ephemeral message lives in one member's client: the gateway never tells of it.
    if ((message.flags & EPHEMERAL) !== 0) return;
    const { guildId } = this.world.channel(message.channelId);
    const wanted = guildId === undefined ? intents.directMessages : intents.guildMessages;
    this.gateway.dispatch({ type, intents: wanted, guildId, data });
  }
}
