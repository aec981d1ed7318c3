import type { WebSocket } from 'ws';
import type { Payload } from '../world/payloads.ts';

/** An event on its way to the sessions that listen for it. */
export type GatewayEvent = {
  type: string;
  /** one of these intents is enough; 0 for events every session gets */
  intents: number;
  /** undefined for direct messages and other events without a guild, which only shard 0 gets */
  guildId: string | undefined;
  /** `readsAll`: the session has the message content intent */
  data: (readsAll: boolean) => Payload;
};

type Dispatched = { op: 0; t: string; s: number; d: Payload };

/** One identified session. It outlives its socket, keeps what it missed and replays that on RESUME. */
export class Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  private readonly sent: Dispatched[] = [];
  private socket: WebSocket | undefined;

  constructor(options: { id: string; intents: number; shard: readonly [number, number] }) {
    this.id = options.id;
    this.intents = options.intents;
    this.shard = options.shard;
  }

  get sequence(): number {
    return this.sent.length;
  }

  attach(socket: WebSocket): void {
    this.socket = socket;
  }

  detach(socket: WebSocket): void {
    if (this.socket === socket) this.socket = undefined;
  }

  wants(event: GatewayEvent): boolean {
    const [index, count] = this.shard;
    const shardOfEvent = event.guildId === undefined ? 0 : Number((BigInt(event.guildId) >> 22n) % BigInt(count));
    return shardOfEvent === index && (event.intents === 0 || (this.intents & event.intents) !== 0);
  }

  dispatch(type: string, data: Payload): void {
    const event: Dispatched = { op: 0, t: type, s: this.sequence + 1, d: data };
    this.sent.push(event);
    this.socket?.send(JSON.stringify(event));
  }

  /** Sends again everything after `sequence`, then RESUMED, which is itself never replayed. */
  replay(sequence: number): void {
    const resumed: Dispatched = { op: 0, t: 'RESUMED', s: this.sequence, d: {} };
    for (const event of [...this.sent.slice(sequence), resumed]) this.socket?.send(JSON.stringify(event));
  }
}
