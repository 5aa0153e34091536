import type { ChannelHost, Receipt } from "../../src/core/channel.ts";
import type { InboundEvent, InboundMessage } from "../../src/core/message.ts";
import { keepLines, type LogLine } from "./log-lines.ts";
import { noFetch } from "./no-fetch.ts";

const PATIENCE_MS = 40_000;

/** A host that keeps what it is handed; `answer` may say `busy`, or throw. */
export class KeepingHost implements ChannelHost {
  readonly received: InboundMessage[] = [];
  readonly reported: { readonly id: string; readonly event: InboundEvent }[] = [];
  readonly kept = new Map<string, string>();
  readonly lines: LogLine[];
  readonly log: ChannelHost["log"];
  readonly mediaDir: string;
  readonly signal = new AbortController().signal;
  fetch: ChannelHost["fetch"] = noFetch;
  /** The proxies that the environment names; none by default. */
  proxyFor: (url: string) => string | undefined = () => undefined;
  answer: (message: InboundMessage) => Receipt | Promise<Receipt> = () => "recorded";
  readonly #names = new Set<string>();
  #changed = Promise.withResolvers<void>();

  constructor(mediaDir: string) {
    this.mediaDir = mediaDir;
    const { log, lines } = keepLines();
    this.log = log;
    this.lines = lines;
  }

  readonly state = {
    get: async (key: string) => this.kept.get(key),
    set: async (key: string, value: string) => void this.kept.set(key, value),
  };

  async receive(message: InboundMessage): Promise<Receipt> {
    const answer = await this.answer(message);
    if (answer !== "recorded") return answer;
    const { chat, thread } = message.address;
    return this.#note(`${chat}/${thread}/${message.id}`, () => this.received.push(message));
  }

  async report(id: string, event: InboundEvent): Promise<Receipt> {
    return this.#note(`event ${id}`, () => this.reported.push({ id, event }));
  }

  /** Resolves to what `find` finds as soon as something has come that makes it find something. */
  async until<T>(find: () => T | undefined | false): Promise<T> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = find();
      if (found) return found;
      if (late.aborted)
        throw new Error(`never came; there is ${JSON.stringify([this.received, this.reported])}`);
      const tick = new Promise<void>((resolve) => setTimeout(resolve, 100));
      await Promise.race([this.#changed.promise, tick]);
    }
  }

  /** The texts of the messages that came, once there are `count`. */
  async texts(count: number): Promise<string[]> {
    await this.until(() => this.received.length >= count);
    return this.received.map(({ text }) => text);
  }

  #note(name: string, add: () => void): Receipt {
    if (this.#names.has(name)) return "duplicate";
    this.#names.add(name);
    add();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    return "recorded";
  }
}
