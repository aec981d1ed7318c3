import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  IncomingWebhookRequestPartialSchema,
  IncomingWebhookUpdateRequestPartialSchema,
  type MessageBody,
  ModalInteractionCallbackRequestSchema,
  UpdateMessageInteractionCallbackRequestSchema,
} from 'discord-api-spec/zod';
import { checkBody, checkMessage, checkNotEmpty } from '../checks/check-body.ts';
import { checkMentions } from '../checks/check-promises.ts';
import { INTERACTION, type Interaction, type Interactions, seenMessage } from '../interactions/interactions.ts';
import { messagePayload } from '../world/message-payload.ts';
import { EPHEMERAL, LOADING, type Message } from '../world/world.ts';
import { invalidForm, refusals } from './api-error.ts';
import { changeOf, keepFiles, type Stage } from './message-routes.ts';
import { answer, noContent, parameter, type RestAnswer, type RestRequest, type Route } from './route.ts';

const WEBHOOK_LIMIT = { name: 'webhook', requests: 5, windowMs: 2000 };
const SUPPRESS_EMBEDS = 1 << 2;

export type InteractionStage = Stage & { interactions: Interactions };

/** First responses and everything an interaction's token opens afterwards. */
export function interactionRoutes(stage: InteractionStage): Route[] {
  const webhook = { template: '/webhooks/:id/:token', open: true, limit: WEBHOOK_LIMIT } as const;
  const message = { ...webhook, template: '/webhooks/:id/:token/messages/:message' } as const;
  return [
    { method: 'POST', template: '/interactions/:id/:token/callback', open: true, serve: (request) => respond(stage, request) },
    { method: 'POST', ...webhook, serve: (request) => followUp(stage, request) },
    { method: 'GET', ...message, serve: (request) => show(stage, ownMessage(stage, request).message) },
    { method: 'PATCH', ...message, serve: (request) => editOwn(stage, request) },
    { method: 'DELETE', ...message, serve: (request) => deleteOwn(stage, request) },
  ];
}

const ANSWERS: Readonly<
  Record<number, { from: readonly number[]; serve: (stage: InteractionStage, request: RestRequest) => Interaction }>
> = {
  4: { from: [INTERACTION.command, INTERACTION.component], serve: sendMessage },
  5: { from: [INTERACTION.command, INTERACTION.component], serve: sendMessage },
  6: { from: [INTERACTION.component], serve: updateMessage },
  7: { from: [INTERACTION.component], serve: updateMessage },
  8: { from: [INTERACTION.autocomplete], serve: sendChoices },
  9: { from: [INTERACTION.command, INTERACTION.component], serve: showModal },
};

function respond(stage: InteractionStage, request: RestRequest): RestAnswer {
  const type = callbackType(request.body);
  const way = ANSWERS[type];
  if (way === undefined) throw wrongType(type);
  const interaction = way.serve(stage, request);
  if (request.query.get('with_response') !== 'true') return noContent;
  const { original } = interaction;
  const facts = { id: interaction.id, type: interaction.type };
  if (original === undefined) return answer({ interaction: facts, resource: { type } });
  const response = {
    response_message_id: original.id,
    response_message_loading: (original.flags & LOADING) !== 0,
    response_message_ephemeral: (original.flags & EPHEMERAL) !== 0,
  };
  return answer({
    interaction: { ...facts, ...response },
    resource: { type, message: messagePayload(stage.world, original, true) },
  });
}

function callbackType(body: unknown): number {
  return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'number' ? body.type : 0;
}

function wrongType(type: number) {
  return invalidForm([
    { path: ['type'], code: 'BASE_TYPE_CHOICES', message: `Callback type ${type} does not fit this interaction.` },
  ]);
}

/** Discord looks at the body first, then at whether the interaction may still be answered. */
function acknowledge({ interactions }: InteractionStage, request: RestRequest, type: number): Interaction {
  const interaction = interactions.acknowledge(parameter(request, 'id'), parameter(request, 'token'), type);
  if (ANSWERS[type]?.from.includes(interaction.type) !== true) {
    interaction.callback = undefined;
    throw wrongType(type);
  }
  return interaction;
}

function sendMessage(stage: InteractionStage, request: RestRequest): Interaction {
  const { type, data } = checkBody(CreateMessageInteractionCallbackRequestSchema, request.body);
  const body: MessageBody = data ?? {};
  checkMessage(body, ['data']);
  if (type === 4) checkNotEmpty(body, request.files.length);
  const interaction = acknowledge(stage, request, type);
  checkMentions(`POST ${request.path}`, body, stage.report);
  const flags = (body.flags ?? 0) | (type === 5 ? LOADING : 0);
  interaction.original = create(stage, interaction, { body: type === 5 ? {} : body, flags, request });
  if (type === 4) stage.interactions.finish(interaction);
  return interaction;
}

function updateMessage(stage: InteractionStage, request: RestRequest): Interaction {
  const { type, data } = checkBody(UpdateMessageInteractionCallbackRequestSchema, request.body);
  const body: MessageBody = data ?? {};
  checkMessage(body, ['data']);
  const interaction = acknowledge(stage, request, type);
  checkMentions(`POST ${request.path}`, body, stage.report);
  interaction.original = interaction.source;
  if (type === 7 && interaction.source !== undefined) {
    stage.posts.edit(interaction.source, changeOf(stage.world, body, request.files, interaction.source));
  }
  stage.interactions.finish(interaction);
  return interaction;
}

function sendChoices(stage: InteractionStage, request: RestRequest): Interaction {
  const { type, data } = checkBody(ApplicationCommandAutocompleteCallbackRequestSchema, request.body);
  const interaction = acknowledge(stage, request, type);
  stage.interactions.finish(interaction, { choices: data?.choices ?? [] });
  return interaction;
}

function showModal(stage: InteractionStage, request: RestRequest): Interaction {
  const { type, data } = checkBody(ModalInteractionCallbackRequestSchema, request.body);
  const interaction = acknowledge(stage, request, type);
  stage.interactions.finish(interaction, { modal: data });
  return interaction;
}

type Answering = { body: MessageBody; flags: number; request: RestRequest };

function create({ world, posts }: InteractionStage, interaction: Interaction, { body, flags, request }: Answering): Message {
  return posts.create({
    channelId: interaction.channelId,
    authorId: world.bot.id,
    content: body.content ?? '',
    flags,
    allowedMentions: body.allowed_mentions ?? undefined,
    attachments: keepFiles(world, body, request.files),
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    interactionId: interaction.id,
  });
}

function followUp(stage: InteractionStage, request: RestRequest): RestAnswer {
  const interaction = ownInteraction(stage, request);
  const body = checkBody(IncomingWebhookRequestPartialSchema, request.body);
  checkMessage(body);
  checkNotEmpty(body, request.files.length);
  checkMentions(`POST ${request.path}`, body, stage.report);
  // The first follow-up of a deferred answer is that answer, unless it was deleted (discord-api-docs#2739).
  const { original } = interaction;
  if (original !== undefined && !original.deleted && (original.flags & LOADING) !== 0) {
    return edit(stage, { interaction, message: original }, { body, request });
  }
  const message = create(stage, interaction, { body, flags: body.flags ?? 0, request });
  interaction.followUps.push(seenMessage(message));
  return show(stage, message);
}

function editOwn(stage: InteractionStage, request: RestRequest): RestAnswer {
  const own = ownMessage(stage, request);
  const body = checkBody(IncomingWebhookUpdateRequestPartialSchema, request.body);
  checkMessage(body);
  checkMentions(`PATCH ${request.path}`, body, stage.report);
  return edit(stage, own, { body, request });
}

type Own = { interaction: Interaction; message: Message };

function edit(
  stage: InteractionStage,
  { interaction, message }: Own,
  { body, request }: { body: MessageBody; request: RestRequest },
): RestAnswer {
  const change = changeOf(stage.world, body, request.files, message);
  checkNotEmpty(
    { content: message.content, embeds: message.embeds, components: message.components, ...change, attachments: [] },
    change.attachments?.length ?? 0,
  );
  // Whether it is ephemeral was settled by the deferral; only suppressing embeds can change.
  const kept = message.flags & ~LOADING & ~SUPPRESS_EMBEDS;
  const suppressed = body.flags === undefined ? message.flags & SUPPRESS_EMBEDS : (body.flags ?? 0) & SUPPRESS_EMBEDS;
  stage.posts.edit(message, { ...change, flags: kept | suppressed });
  if (message === interaction.original) stage.interactions.finish(interaction);
  return show(stage, message);
}

function deleteOwn(stage: InteractionStage, request: RestRequest): RestAnswer {
  const { interaction, message } = ownMessage(stage, request);
  stage.posts.delete(message);
  if (message === interaction.original) stage.interactions.finish(interaction);
  return noContent;
}

function ownInteraction({ world, interactions }: InteractionStage, request: RestRequest): Interaction {
  if (parameter(request, 'id') !== world.applicationId) throw refusals.unknownWebhook();
  const interaction = interactions.withToken(parameter(request, 'token'));
  if (interaction.callback === undefined) throw refusals.unknownWebhook();
  return interaction;
}

function ownMessage(stage: InteractionStage, request: RestRequest): Own {
  const interaction = ownInteraction(stage, request);
  const id = parameter(request, 'message');
  const message = id === '@original' ? interaction.original : stage.world.findMessage(interaction.channelId, id);
  const own = message?.interactionId === interaction.id || message === interaction.source;
  if (message === undefined || message.deleted || !own) throw refusals.unknownMessage();
  return { interaction, message };
}

function show({ world }: InteractionStage, message: Message): RestAnswer {
  return answer(messagePayload(world, message, true));
}
