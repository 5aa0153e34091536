import { GatewayOpcodes } from "discord-api-types/v10";
import type { BotAccount } from "../bot-account.ts";
import type { WorldEvent } from "../world.ts";
import { dataFor, hears } from "./intents.ts";
import type { Connection } from "./connection.ts";

export interface Dispatch {
  readonly op: GatewayOpcodes.Dispatch;
  readonly t: string;
  readonly s: number;
  readonly d: unknown;
}

/** What a bot has identified for: it goes on, and collects events, while the connection is gone. */
export class Session {
  readonly id: string;
  readonly bot: BotAccount;
  readonly intents: number;
  readonly shard: readonly [number, number];
  /** Everything that was sent, oldest first. */
  readonly log: Dispatch[] = [];
  connection: Connection | undefined;
  /** How often it was taken up again. */
  resumeCount = 0;
  /** When it will be forgotten; undefined while it is connected. */
  endsAtMs: number | undefined;
  #sequence = 0;

  constructor(facts: { id: string; bot: BotAccount; intents: number; shard: readonly [number, number] }) {
    this.id = facts.id;
    this.bot = facts.bot;
    this.intents = facts.intents;
    this.shard = facts.shard;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get isConnected(): boolean {
    return this.connection !== undefined;
  }

  /** Tells the bot of an event, now or once it is back, unless it did not ask for it. */
  push(event: WorldEvent): void {
    if (!hears(this.intents, event) || !this.#isMine(event)) return;
    this.dispatch(event.name, dataFor(this.intents, this.bot, event));
  }

  dispatch(t: string, d: unknown): void {
    this.#sequence += 1;
    // What happens later must not change what was said.
    const packet: Dispatch = { op: GatewayOpcodes.Dispatch, t, s: this.#sequence, d: structuredClone(d) };
    this.log.push(packet);
    this.connection?.send(packet);
  }

  /** Sends once more what came after `sequence`. */
  replay(sequence: number): void {
    for (const packet of this.log) if (packet.s > sequence) this.connection?.send(packet);
  }

  /** Servers are spread over the shards; direct chats are the first one's. */
  #isMine({ guildId }: WorldEvent): boolean {
    const [mine, count] = this.shard;
    const wanted = guildId === undefined ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(count));
    return wanted === mine;
  }
}
