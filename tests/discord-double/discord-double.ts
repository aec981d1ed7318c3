import type { Report } from './checks/check-promises.ts';
import { Gateway } from './gateway/gateway.ts';
import { Interactions } from './interactions/interactions.ts';
import { commandControls } from './members/command-controls.ts';
import { placeControls } from './members/place-controls.ts';
import { talkControls } from './members/talk-controls.ts';
import { applicationRoutes } from './rest/application-routes.ts';
import type { Fault } from './rest/faults.ts';
import { interactionRoutes } from './rest/interaction-routes.ts';
import { messageRoutes } from './rest/message-routes.ts';
import { placeRoutes } from './rest/place-routes.ts';
import { type RecordedRequest, RestServer } from './rest/rest-server.ts';
import { waitFor } from './wait-for.ts';
import { Posts } from './world/posts.ts';
import { World } from './world/world.ts';

export type DiscordDoubleOptions = {
  /** the bot's token; a made-up one unless told */
  token?: string;
  /** the privileged intents switched on in the developer portal: message content unless told otherwise */
  intents?: { messageContent?: boolean; guildMembers?: boolean; presences?: boolean };
  /** 41,250 ms unless told, as Discord says */
  heartbeatIntervalMs?: number;
  /** a free port unless told */
  port?: number;
};

export type DiscordDouble = Awaited<ReturnType<typeof startDiscordDouble>>;
/** A message as tests look at it; times in ms since the epoch. */
export type SeenPost = ReturnType<DiscordDouble['messages']>[number];

/**
 * Starts a Discord on loopback: REST at `apiUrl` and the gateway that its `GET /gateway/bot` names. A real discord.js
 * client works with it unmodified through its option `rest.api`.
 */
export async function startDiscordDouble(options: DiscordDoubleOptions = {}) {
  let clockOffsetMs = 0;
  const now = () => Date.now() + clockOffsetMs;
  const world = new World({
    now,
    privileged: {
      messageContent: options.intents?.messageContent ?? true,
      guildMembers: options.intents?.guildMembers ?? false,
      presences: options.intents?.presences ?? false,
    },
  });
  const token = options.token ?? madeUpToken(world.bot.id);
  const violations: string[] = [];
  const report: Report = (violation) => void violations.push(violation);
  let port = 0;
  const address = () => `ws://127.0.0.1:${port}`;
  const gateway = new Gateway({ world, token, heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250, address, report });
  const posts = new Posts(world, gateway);
  const interactions = new Interactions({ world, gateway, report });
  const stage = { world, posts, report, interactions };
  const routes = [
    ...messageRoutes(stage),
    ...placeRoutes(world, () => ({ url: address(), identifies: gateway.identifies })),
    ...applicationRoutes(world),
    ...interactionRoutes(stage),
  ];
  const rest = new RestServer({ routes, token, report });
  rest.http.on('upgrade', (request, stream, head) => gateway.upgrade(request, stream, head));
  port = await rest.listen(options.port ?? 0);

  return {
    /** what DISCORD_API_URL holds: the REST base without the version */
    apiUrl: `http://127.0.0.1:${port}/api`,
    token,
    applicationId: world.applicationId,
    botUserId: world.bot.id,
    gateway,
    ...placeControls(world, gateway),
    ...talkControls(world, posts),
    ...commandControls(world, interactions),
    /** every REST request, in the order they came */
    requests: rest.requests as readonly RecordedRequest[],
    /** everything Discord would refuse, and every broken promise of our own */
    violations,
    /** how many requests were answered with 429 */
    get rateLimited() {
      return rest.rateLimited;
    },
    /** Makes every REST answer take this much longer. */
    setLatency(ms: number): void {
      rest.latencyMs = ms;
    },
    /** Lets coming requests fail. `route`: a template such as `/channels/:id/messages`, or a pattern for the path. */
    failNext(method: string, route: string | RegExp, fault: Fault): void {
      rest.faults.plan(method, route, fault);
    },
    /** Moves Discord's clock forward: ids, tokens of interactions and remembered nonces age; rate limits do not. */
    advanceClock(ms: number): void {
      clockOffsetMs += ms;
    },
    waitFor,
    async close(): Promise<void> {
      interactions.close();
      gateway.close();
      await rest.close();
    },
  };
}

// Shaped like a real one, so that whatever hides tokens in logs hides this one too.
function madeUpToken(botUserId: string): string {
  return `${Buffer.from(botUserId).toString('base64url')}.GdOuBl.${'troupe-loopback-double-'.padEnd(38, 'x')}`;
}
