// The package's zod entry ships without types. Only what the double checks is declared, and only the fields it reads.
declare module 'discord-api-spec/zod' {
  import type { ZodMiniType } from 'zod/mini';

  export type AllowedMentionsBody = {
    parse?: (string | null)[] | null;
    users?: (string | null)[] | null;
    roles?: (string | null)[] | null;
    replied_user?: boolean | null;
  };
  export type MessageBody = {
    content?: string | null;
    embeds?: Record<string, unknown>[] | null;
    components?: unknown[] | null;
    attachments?: { id: string; filename?: string | null }[] | null;
    flags?: number | null;
    allowed_mentions?: AllowedMentionsBody | null;
  };
  export type MessageCreateBody = MessageBody & {
    nonce?: string | number | null;
    enforce_nonce?: boolean | null;
    sticker_ids?: string[] | null;
    poll?: unknown;
    message_reference?: {
      message_id: string;
      channel_id?: string | null;
      fail_if_not_exists?: boolean | null;
      type?: number | null;
    } | null;
  };
  export type CommandOptionBody = {
    type: number;
    name: string;
    description: string;
    required?: boolean | null;
    autocomplete?: boolean | null;
    choices?: { name: string; value: string | number }[] | null;
    options?: CommandOptionBody[] | null;
    min_value?: number | null;
    max_value?: number | null;
    min_length?: number | null;
    max_length?: number | null;
  };
  export type CommandBody = {
    name: string;
    description?: string | null;
    type?: number | null;
    options?: CommandOptionBody[] | null;
    default_member_permissions?: number | null;
    dm_permission?: boolean | null;
    contexts?: number[] | null;
    integration_types?: number[] | null;
  };
  export type AutocompleteBody = { choices?: { name: string; value: string | number }[] | null };

  export const MessageCreateRequestSchema: ZodMiniType<MessageCreateBody>;
  export const MessageEditRequestPartialSchema: ZodMiniType<MessageBody>;
  export const IncomingWebhookRequestPartialSchema: ZodMiniType<MessageBody>;
  export const IncomingWebhookUpdateRequestPartialSchema: ZodMiniType<MessageBody>;
  export const CreateMessageInteractionCallbackRequestSchema: ZodMiniType<{ type: 4 | 5; data?: MessageBody | null }>;
  export const UpdateMessageInteractionCallbackRequestSchema: ZodMiniType<{ type: 6 | 7; data?: MessageBody | null }>;
  export const ApplicationCommandAutocompleteCallbackRequestSchema: ZodMiniType<{ type: 8; data?: AutocompleteBody }>;
  export const ModalInteractionCallbackRequestSchema: ZodMiniType<{ type: 9; data: { custom_id: string; title: string } }>;
  export const ApplicationCommandUpdateRequestSchema: ZodMiniType<CommandBody>;
  export const CreatePrivateChannelRequestSchema: ZodMiniType<{ recipient_id?: string | null }>;
  export const MessageResponseSchema: ZodMiniType<{ id: string }>;
  export const ApplicationCommandResponseSchema: ZodMiniType<{ id: string }>;
  export const InteractionCallbackResponseSchema: ZodMiniType<{ interaction: { id: string } }>;
  export const PrivateApplicationResponseSchema: ZodMiniType<{ id: string }>;
  export const GatewayBotResponseSchema: ZodMiniType<{ url: string }>;
  export const RatelimitedResponseSchema: ZodMiniType<{ retry_after: number }>;
}
