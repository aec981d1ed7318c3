import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { applicationFlags, guildCreatePayload, type Payload, userPayload } from '../world/payloads.ts';
import type { World } from '../world/world.ts';
import { intents, refuseIntents } from './intents.ts';
import { type GatewayEvent, Session } from './session.ts';

export type GatewayOptions = {
  world: World;
  token: string;
  heartbeatIntervalMs: number;
  /** ws://127.0.0.1:PORT, asked for when it is needed: the port is known late */
  address: () => string;
  report: (violation: string) => void;
};

const LONGEST_PAYLOAD_BYTES = 4096;
const MOST_PAYLOADS_A_MINUTE = 120;

type Closing = { code: number; reason: string };
const DECODE_ERROR: Closing = { code: 4002, reason: 'Error while decoding payload.' };
const AUTHENTICATION_FAILED: Closing = { code: 4004, reason: 'Authentication failed.' };

type Connection = { socket: WebSocket; session: Session | undefined; received: number[] };

/** Discord's gateway, version 10, JSON, uncompressed. */
export class Gateway {
  identifies = 0;
  resumes = 0;
  heartbeats = 0;
  /** of the last IDENTIFY */
  intents = 0;
  private readonly options: GatewayOptions;
  private readonly server = new WebSocketServer({ noServer: true });
  private readonly connections = new Set<Connection>();
  private readonly sessions = new Map<string, Session>();
  private acknowledges = true;

  constructor(options: GatewayOptions) {
    this.options = options;
  }

  /** how many connections stand now */
  get connected(): number {
    return this.connections.size;
  }

  /** Takes over an HTTP upgrade. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.server.handleUpgrade(request, stream, head, (socket) => this.welcome(socket, request.url ?? ''));
  }

  dispatch(event: GatewayEvent): void {
    for (const session of this.sessions.values()) {
      if (session.wants(event)) session.dispatch(event.type, event.data((session.intents & intents.messageContent) !== 0));
    }
  }

  /** Closes every connection with this code, as Discord does when a node goes away. */
  disconnectAll(code: number): void {
    for (const { socket } of this.connections) socket.close(code);
  }

  /** Cuts every connection without a close frame. */
  cutAll(): void {
    for (const { socket } of this.connections) socket.terminate();
  }

  /** Op 7: asks every client to reconnect and resume. */
  sendReconnect(): void {
    this.sendToAll({ op: 7, d: null });
  }

  /** Op 9. A session that cannot be resumed is forgotten. */
  invalidateSession(resumable: boolean): void {
    this.sendToAll({ op: 9, d: resumable });
    if (resumable) return;
    this.sessions.clear();
    for (const connection of this.connections) connection.session = undefined;
  }

  /** Leaves heartbeats of the connections that stand now unanswered; new connections are answered again. */
  stopAcknowledging(): void {
    this.acknowledges = false;
  }

  close(): void {
    this.cutAll();
    this.server.close();
  }

  private sendToAll(payload: Payload): void {
    for (const { socket } of this.connections) socket.send(JSON.stringify(payload));
  }

  private welcome(socket: WebSocket, url: string): void {
    const refusal = this.refuseProtocol(new URL(url, 'ws://double').searchParams);
    if (refusal !== undefined) {
      socket.close(refusal.code, refusal.reason);
      return;
    }
    const connection: Connection = { socket, session: undefined, received: [] };
    this.connections.add(connection);
    this.acknowledges = true;
    socket.on('message', (data) => this.receive(connection, data.toString()));
    socket.on('close', (code) => this.forget(connection, code));
    const hello = { heartbeat_interval: this.options.heartbeatIntervalMs, _trace: [] };
    socket.send(JSON.stringify({ op: 10, s: null, t: null, d: hello }));
  }

  private refuseProtocol(query: URLSearchParams): Closing | undefined {
    if (query.get('v') !== '10') return { code: 4012, reason: 'Invalid API version.' };
    if (query.get('encoding') !== 'etf' && !query.has('compress')) return undefined;
    this.options.report(`gateway: the double speaks plain JSON only, the client asked for ${query}`);
    return DECODE_ERROR;
  }

  private forget(connection: Connection, code: number): void {
    this.connections.delete(connection);
    connection.session?.detach(connection.socket);
    // A client that closes with 1000 or 1001 ends its session; any other way leaves it for a resume.
    if (connection.session !== undefined && (code === 1000 || code === 1001)) this.sessions.delete(connection.session.id);
  }

  private receive(connection: Connection, text: string): void {
    const closing = this.refusePayload(connection, text) ?? this.handle(connection, readPayload(text));
    if (closing === undefined) return;
    const asked = closing.code === 4004 || closing.code === 4013 || closing.code === 4014;
    if (!asked) this.options.report(`gateway: closed with ${closing.code} ${closing.reason}`);
    connection.socket.close(closing.code, closing.reason);
  }

  private refusePayload(connection: Connection, text: string): Closing | undefined {
    if (Buffer.byteLength(text) > LONGEST_PAYLOAD_BYTES) return DECODE_ERROR;
    const minuteAgo = Date.now() - 60_000;
    connection.received = [...connection.received.filter((at) => at > minuteAgo), Date.now()];
    return connection.received.length > MOST_PAYLOADS_A_MINUTE ? { code: 4008, reason: 'Rate limited.' } : undefined;
  }

  private handle(connection: Connection, payload: { op: unknown; d: unknown } | undefined): Closing | undefined {
    if (payload === undefined) return DECODE_ERROR;
    const { op } = payload;
    const data = isPayload(payload.d) ? payload.d : {};
    if (op === 1) return this.heartbeat(connection);
    if (op === 2) return this.identify(connection, data);
    if (op === 6) return this.resume(connection, data);
    if (connection.session === undefined) return { code: 4003, reason: 'Not authenticated.' };
    const presenceOrVoiceOrMembers = op === 3 || op === 4 || op === 8;
    return presenceOrVoiceOrMembers ? undefined : { code: 4001, reason: 'Unknown opcode.' };
  }

  private heartbeat(connection: Connection): undefined {
    this.heartbeats += 1;
    if (this.acknowledges) connection.socket.send(JSON.stringify({ op: 11 }));
  }

  private identify(connection: Connection, data: Payload): Closing | undefined {
    this.identifies += 1;
    if (connection.session !== undefined) return { code: 4005, reason: 'Already authenticated.' };
    if (data.token !== this.options.token) return AUTHENTICATION_FAILED;
    if (!isPayload(data.properties)) return DECODE_ERROR;
    const refusal = refuseIntents(data.intents, this.options.world.privileged);
    if (refusal !== undefined)
      return { code: refusal, reason: refusal === 4014 ? 'Disallowed intent(s).' : 'Invalid intent(s).' };
    const shard = readShard(data.shard);
    if (shard === undefined) return { code: 4010, reason: 'Invalid shard.' };
    this.intents = Number(data.intents);
    const session = new Session({ id: crypto.randomUUID().replaceAll('-', ''), intents: this.intents, shard });
    this.sessions.set(session.id, session);
    session.attach(connection.socket);
    connection.session = session;
    this.introduce(session);
    return undefined;
  }

  private introduce(session: Session): void {
    const { world, address } = this.options;
    const guilds = [...world.guilds.values()].filter((guild) => session.wants(guildEvent(world, guild.id, 0)));
    session.dispatch('READY', {
      v: 10,
      user: { ...userPayload(world.bot), verified: true, mfa_enabled: false, email: null },
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: `${address()}/resume`,
      shard: session.shard,
      application: { id: world.applicationId, flags: applicationFlags(world) },
      private_channels: [],
      user_settings: {},
    });
    for (const guild of guilds) {
      const event = guildEvent(world, guild.id, intents.guilds);
      if (session.wants(event)) session.dispatch(event.type, event.data(false));
    }
  }

  private resume(connection: Connection, data: Payload): Closing | undefined {
    this.resumes += 1;
    if (data.token !== this.options.token) return AUTHENTICATION_FAILED;
    const session = typeof data.session_id === 'string' ? this.sessions.get(data.session_id) : undefined;
    if (session === undefined) {
      connection.socket.send(JSON.stringify({ op: 9, d: false }));
      return undefined;
    }
    const sequence = data.seq;
    if (typeof sequence !== 'number' || sequence > session.sequence) return { code: 4007, reason: 'Invalid seq.' };
    session.attach(connection.socket);
    connection.session = session;
    session.replay(sequence);
    return undefined;
  }
}

/** GUILD_CREATE, for the sessions that have one of these intents. */
export function guildEvent(world: World, guildId: string, wanted: number): GatewayEvent {
  return { type: 'GUILD_CREATE', intents: wanted, guildId, data: () => guildCreatePayload(world, world.guild(guildId)) };
}

function isPayload(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readPayload(text: string): { op: unknown; d: unknown } | undefined {
  try {
    const payload: unknown = JSON.parse(text);
    return isPayload(payload) ? { op: payload.op, d: payload.d } : undefined;
  } catch {
    return undefined;
  }
}

function readShard(shard: unknown): readonly [number, number] | undefined {
  if (shard === undefined) return [0, 1];
  if (!Array.isArray(shard)) return undefined;
  const [index, count]: unknown[] = shard;
  const valid = typeof index === 'number' && typeof count === 'number' && index >= 0 && index < count;
  return valid ? [index, count] : undefined;
}
