import { createInflate, constants } from "node:zlib";
import { GatewayIntentBits, GatewayOpcodes } from "discord-api-types/v10";
import type { BotAccount, DiscordServer } from "./index.ts";

/** What the gateway sent. */
export interface Packet {
  readonly op: GatewayOpcodes;
  readonly t: string | null;
  readonly s: number | null;
  // Tests look at what is in it.
  readonly d: never;
}

export const USUAL_INTENTS =
  GatewayIntentBits.Guilds |
  GatewayIntentBits.GuildMessages |
  GatewayIntentBits.GuildMessageReactions |
  GatewayIntentBits.DirectMessages |
  GatewayIntentBits.MessageContent;

/** A WebSocket to the gateway that does nothing by itself. */
export class PlainSocket implements Disposable {
  readonly packets: Packet[] = [];
  closedWith: number | undefined;
  readonly #socket: WebSocket;
  readonly #discord: DiscordServer;
  readonly #opened = Promise.withResolvers<void>();

  constructor(discord: DiscordServer, { isCompressed = false, query = "v=10&encoding=json" } = {}) {
    this.#discord = discord;
    this.#socket = new WebSocket(
      `${discord.gateway.url}/?${query}${isCompressed ? "&compress=zlib-stream" : ""}`,
    );
    this.#socket.binaryType = "arraybuffer";
    const hear = (text: string) => {
      // The gateway sends nothing else.
      this.packets.push(JSON.parse(text) as Packet);
      discord.world.changed();
    };
    const inflate = inflateInto(hear);
    this.#socket.addEventListener("open", () => this.#opened.resolve());
    this.#socket.addEventListener("error", () => this.#opened.resolve());
    this.#socket.addEventListener("message", ({ data }) => {
      if (typeof data === "string") hear(data);
      else inflate(new Uint8Array(data as ArrayBuffer));
    });
    this.#socket.addEventListener("close", ({ code }) => {
      this.closedWith = code;
      this.#opened.resolve();
      discord.world.changed();
    });
  }

  async send(op: GatewayOpcodes, d: unknown): Promise<void> {
    await this.#opened.promise;
    this.#socket.send(JSON.stringify({ op, d }));
  }

  async sendText(text: string): Promise<void> {
    await this.#opened.promise;
    this.#socket.send(text);
  }

  /** Identifies and waits until it is taken, or thrown out. */
  async identify(
    bot: BotAccount,
    facts: { intents?: number; token?: string; shard?: readonly number[] } = {},
  ) {
    const properties = { os: "linux", browser: "test", device: "test" };
    await this.send(GatewayOpcodes.Identify, {
      token: bot.token,
      intents: USUAL_INTENTS,
      properties,
      ...facts,
    });
    await this.#discord.until(
      () => this.closedWith !== undefined || this.said("READY") || this.op(9),
      "an answer",
    );
    return this;
  }

  /** The data of the nth event of that name. */
  said(name: string, nth = 0): Record<string, unknown> | undefined {
    return this.packets.filter(({ t }) => t === name)[nth]?.d;
  }

  /** The last packet with that code that is no event. */
  op(op: GatewayOpcodes): Packet | undefined {
    return this.packets.findLast((packet) => packet.op === op);
  }

  /** Texts of the messages that were told. */
  get texts(): string[] {
    return this.packets
      .filter(({ t }) => t === "MESSAGE_CREATE")
      .map(({ d }) => (d as { content: string }).content);
  }

  get sequence(): number {
    return this.packets.findLast(({ s }) => s !== null)?.s ?? 0;
  }

  async untilSaid(name: string, count = 1): Promise<void> {
    await this.#discord.until(
      () => this.packets.filter(({ t }) => t === name).length >= count,
      `${count} ${name}`,
    );
  }

  async untilClosed(): Promise<number> {
    await this.#discord.until(() => this.closedWith !== undefined, "the end of the connection");
    return this.closedWith ?? 0;
  }

  close(code = 4900): void {
    this.#socket.close(code);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

/** Reads one stream of packets, each of which ends with a flush. */
function inflateInto(hear: (text: string) => void): (bytes: Uint8Array) => void {
  const inflate = createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  let text = "";
  inflate.on("data", (chunk: Buffer) => {
    text += String(chunk);
    try {
      JSON.parse(text);
    } catch {
      // Not whole yet.
      return;
    }
    hear(text);
    text = "";
  });
  return (bytes) => void inflate.write(bytes);
}
