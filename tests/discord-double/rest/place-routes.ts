import { applicationPayload, channelPayload, guildPayload, memberPayload, userPayload } from '../world/payloads.ts';
import type { Guild, World } from '../world/world.ts';
import { refusals } from './api-error.ts';
import { requestedChannel } from './message-routes.ts';
import { answer, parameter, type RestRequest, type Route } from './route.ts';

const IDENTIFIES_A_DAY = 1000;

/** `gateway`: its address, ws://127.0.0.1:PORT, and how many sessions were started. */
export function placeRoutes(world: World, gateway: () => { url: string; identifies: number }): Route[] {
  const application: Route['serve'] = () => answer(applicationPayload(world));
  const bot = { ...userPayload(world.bot), verified: true, mfa_enabled: false, email: null, locale: 'en-US' };
  return [
    { method: 'GET', template: '/gateway', serve: () => answer({ url: gateway().url }) },
    { method: 'GET', template: '/gateway/bot', serve: () => answer(gatewayFacts(gateway())) },
    { method: 'GET', template: '/users/@me', serve: () => answer(bot) },
    { method: 'GET', template: '/users/:id', serve: (request) => answer(userPayload(requestedUser(world, request))) },
    { method: 'GET', template: '/applications/@me', serve: application },
    { method: 'GET', template: '/oauth2/applications/@me', serve: application },
    {
      method: 'GET',
      template: '/channels/:id',
      serve: (request) => answer(channelPayload(world, requestedChannel({ world }, request))),
    },
    { method: 'GET', template: '/guilds/:id', serve: (request) => answer(guildPayload(requestedGuild(world, request))) },
    { method: 'GET', template: '/guilds/:id/channels', serve: (request) => listChannels(world, request) },
    { method: 'GET', template: '/guilds/:id/members/:member', serve: (request) => showMember(world, request) },
    {
      method: 'GET',
      template: '/guilds/:id/roles',
      serve: (request) => answer(guildPayload(requestedGuild(world, request)).roles),
    },
  ];
}

function gatewayFacts({ url, identifies }: { url: string; identifies: number }) {
  const limits = {
    total: IDENTIFIES_A_DAY,
    remaining: IDENTIFIES_A_DAY - identifies,
    reset_after: 86_400_000,
    max_concurrency: 1,
  };
  return { url, shards: 1, session_start_limit: limits };
}

function requestedGuild(world: World, request: RestRequest): Guild {
  const guild = world.guilds.get(parameter(request, 'id'));
  if (guild === undefined) throw refusals.unknownGuild();
  return guild;
}

function requestedUser(world: World, request: RestRequest) {
  const user = world.users.get(parameter(request, 'id'));
  if (user === undefined) throw refusals.unknownUser();
  return user;
}

function listChannels(world: World, request: RestRequest) {
  const { channelIds } = requestedGuild(world, request);
  return answer(channelIds.map((id) => channelPayload(world, world.channel(id))));
}

function showMember(world: World, request: RestRequest) {
  const member = requestedGuild(world, request).members.get(parameter(request, 'member'));
  if (member === undefined) throw refusals.unknownMember();
  return answer({ ...memberPayload(member), user: userPayload(world.user(member.userId)) });
}
