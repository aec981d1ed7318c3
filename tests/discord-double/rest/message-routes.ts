import {
  CreatePrivateChannelRequestSchema,
  type MessageBody,
  type MessageCreateBody,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
} from 'discord-api-spec/zod';
import { checkBody, checkMessage, checkNotEmpty } from '../checks/check-body.ts';
import { checkMentions, checkNonce, type Report } from '../checks/check-promises.ts';
import { messagePayload } from '../world/message-payload.ts';
import { channelPayload } from '../world/payloads.ts';
import type { Change, Posts } from '../world/posts.ts';
import type { Attachment, Channel, Message, World } from '../world/world.ts';
import { invalidForm, refusals } from './api-error.ts';
import { Buckets } from './buckets.ts';
import type { UploadedFile } from './multipart.ts';
import { answer, noContent, parameter, type RestRequest, type Route } from './route.ts';

// Not published, seen in use (5 in 5 s a channel); Discord's own answer carries them in headers, and so does the double's.
const CREATE_LIMIT = { name: 'create-message', requests: 5, windowMs: 5000 };
const EDIT_LIMIT = { name: 'edit-message', requests: 5, windowMs: 5000 };
const DELETE_LIMIT = { name: 'delete-message', requests: 5, windowMs: 1000 };
const TYPING_LIMIT = { name: 'typing', requests: 5, windowMs: 5000 };
const READ_LIMIT = { name: 'read-message', requests: 5, windowMs: 1000 };

// Undocumented; seen in use for messages older than an hour, and answered with a code of its own.
const OLD_EDIT_LIMIT = { name: 'edit-old-message', requests: 3, windowMs: 20_000 };
const OLD_MS = 60 * 60_000;

const NONCE_REMEMBERED_MS = 5 * 60_000;
const MOST_LISTED = 100;

export type Stage = { world: World; posts: Posts; report: Report };
type EditStage = Stage & { oldEdits: Buckets };

export function messageRoutes(stage: Stage): Route[] {
  const messages = '/channels/:id/messages';
  const editStage = { ...stage, oldEdits: new Buckets() };
  return [
    { method: 'POST', template: messages, limit: CREATE_LIMIT, serve: (request) => createMessage(stage, request) },
    { method: 'GET', template: messages, limit: READ_LIMIT, serve: (request) => listMessages(stage, request) },
    {
      method: 'GET',
      template: `${messages}/:message`,
      limit: READ_LIMIT,
      serve: (request) => show(stage, requestedMessage(stage, request)),
    },
    {
      method: 'PATCH',
      template: `${messages}/:message`,
      limit: EDIT_LIMIT,
      serve: (request) => editMessage(editStage, request),
    },
    {
      method: 'DELETE',
      template: `${messages}/:message`,
      limit: DELETE_LIMIT,
      serve: (request) => deleteMessage(stage, request),
    },
    { method: 'POST', template: '/channels/:id/typing', limit: TYPING_LIMIT, serve: (request) => showTyping(stage, request) },
    { method: 'POST', template: '/users/@me/channels', serve: (request) => openDirectMessage(stage, request) },
  ];
}

export function requestedChannel(stage: { world: World }, request: RestRequest): Channel {
  const channel = stage.world.channels.get(parameter(request, 'id'));
  if (channel === undefined) throw refusals.unknownChannel();
  return channel;
}

function requestedMessage(stage: Stage, request: RestRequest): Message {
  const message = stage.world.findMessage(requestedChannel(stage, request).id, parameter(request, 'message'));
  if (message === undefined) throw refusals.unknownMessage();
  return message;
}

function show({ world }: Stage, message: Message) {
  return answer(messagePayload(world, message, world.privileged.messageContent));
}

function createMessage(stage: Stage, request: RestRequest) {
  const channel = requestedChannel(stage, request);
  const body = checkBody(MessageCreateRequestSchema, request.body);
  checkMessage(body);
  checkNotEmpty(body, request.files.length);
  const where = `POST ${request.path}`;
  checkNonce(where, body, stage.report);
  checkMentions(where, body, stage.report);
  const nonce = body.nonce ?? undefined;
  const earlier = body.enforce_nonce === true && nonce !== undefined ? findByNonce(stage.world, nonce) : undefined;
  if (earlier !== undefined) return show(stage, earlier);
  const message = stage.posts.create({
    channelId: channel.id,
    authorId: stage.world.bot.id,
    content: body.content ?? '',
    nonce,
    replyTo: repliedMessage(stage, channel, body),
    pingsReplied: body.allowed_mentions?.replied_user ?? (body.allowed_mentions ?? null) === null,
    flags: body.flags ?? 0,
    allowedMentions: body.allowed_mentions ?? undefined,
    attachments: keepFiles(stage.world, body, request.files),
    embeds: body.embeds ?? [],
    components: body.components ?? [],
  });
  return show(stage, message);
}

/** "If another message was created by the same author with the same nonce, that message will be returned" (Create Message). */
function findByNonce(world: World, nonce: string | number): Message | undefined {
  return [...world.messages.values()].find(
    (message) =>
      message.authorId === world.bot.id &&
      message.nonce !== undefined &&
      String(message.nonce) === String(nonce) &&
      message.createdAt > world.now() - NONCE_REMEMBERED_MS,
  );
}

function repliedMessage({ world }: Stage, channel: Channel, body: MessageCreateBody): string | undefined {
  const reference = body.message_reference;
  if (reference === undefined || reference === null) return undefined;
  if (world.findMessage(channel.id, reference.message_id) !== undefined) return reference.message_id;
  if (reference.fail_if_not_exists === false) return undefined;
  throw invalidForm([{ path: ['message_reference'], code: 'REPLIES_UNKNOWN_MESSAGE', message: 'Unknown message' }]);
}

/** The uploaded files, under the names that the body's `attachments` give them. */
export function keepFiles(world: World, body: MessageBody, files: readonly UploadedFile[]): Attachment[] {
  return files.map(({ index, name, text, size }) => {
    const described = body.attachments?.find(({ id }) => id === index);
    return { id: world.nextId(), name: described?.filename ?? name, text, size };
  });
}

/** What an edit's body changes: fields it does not name stay, null empties them. */
export function changeOf(world: World, body: MessageBody, files: readonly UploadedFile[], message: Message): Change {
  const kept =
    body.attachments === undefined
      ? message.attachments
      : message.attachments.filter(({ id }) => body.attachments?.some((one) => one.id === id));
  return {
    ...(body.content === undefined ? {} : { content: body.content ?? '' }),
    ...(body.embeds === undefined ? {} : { embeds: body.embeds ?? [] }),
    ...(body.components === undefined ? {} : { components: body.components ?? [] }),
    ...(body.allowed_mentions === undefined ? {} : { allowedMentions: body.allowed_mentions ?? {} }),
    attachments: [...kept, ...keepFiles(world, body, files)],
  };
}

function listMessages(stage: Stage, request: RestRequest) {
  const { world } = stage;
  const channel = requestedChannel(stage, request);
  const limit = Number(request.query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) {
    throw invalidForm([{ path: ['limit'], code: 'NUMBER_TYPE_MAX', message: 'int value should be between 1 and 100.' }]);
  }
  const chosen = page(world.visibleMessages(channel.id), request.query, limit);
  return answer(chosen.reverse().map((message) => messagePayload(world, message, world.privileged.messageContent)));
}

function page(messages: Message[], query: URLSearchParams, limit: number): Message[] {
  const bound = (name: string) => (query.has(name) ? BigInt(query.get(name) ?? '0') : undefined);
  const [before, after, around] = [bound('before'), bound('after'), bound('around')];
  if (after !== undefined) return messages.filter(({ id }) => BigInt(id) > after).slice(0, limit);
  if (before !== undefined) return messages.filter(({ id }) => BigInt(id) < before).slice(-limit);
  if (around === undefined) return messages.slice(-limit);
  const middle = messages.findIndex(({ id }) => BigInt(id) >= around);
  const from = Math.max(0, (middle === -1 ? messages.length : middle) - Math.floor(limit / 2));
  return messages.slice(from, from + limit);
}

function editMessage(stage: EditStage, request: RestRequest) {
  const message = requestedMessage(stage, request);
  const body = checkBody(MessageEditRequestPartialSchema, request.body);
  checkMessage(body);
  if (message.authorId !== stage.world.bot.id) throw refusals.notYourMessage();
  const old = stage.world.now() - message.createdAt > OLD_MS;
  if (old && !stage.oldEdits.take(message.channelId, OLD_EDIT_LIMIT).allowed) throw refusals.tooManyOldEdits();
  const change = changeOf(stage.world, body, request.files, message);
  checkNotEmpty(
    { content: message.content, embeds: message.embeds, components: message.components, ...change, attachments: [] },
    change.attachments?.length ?? 0,
  );
  checkMentions(`PATCH ${request.path}`, body, stage.report);
  stage.posts.edit(message, change);
  return show(stage, message);
}

function deleteMessage(stage: Stage, request: RestRequest) {
  stage.posts.delete(requestedMessage(stage, request));
  return noContent;
}

function showTyping(stage: Stage, request: RestRequest) {
  const { id } = requestedChannel(stage, request);
  const { typing, now } = stage.world;
  typing.set(id, [...(typing.get(id) ?? []), now()]);
  return noContent;
}

function openDirectMessage({ world }: Stage, request: RestRequest) {
  const { recipient_id: recipient } = checkBody(CreatePrivateChannelRequestSchema, request.body);
  if (recipient === undefined || recipient === null || !world.users.has(recipient)) throw refusals.unknownUser();
  return answer(channelPayload(world, world.directMessage(recipient)));
}
