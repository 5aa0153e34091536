import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../../src/lib/clock.ts";
import { FeishuChannel } from "../../../../src/plugins/builtin/feishu/channel.ts";
import {
  type FeishuAccount,
  feishuSchema,
  type FeishuSection,
} from "../../../../src/plugins/builtin/feishu/config.ts";
import { type AppAccount, type FeishuServer, startFeishu } from "../../../emulators/feishu/index.ts";
import { KeepingHost } from "../../../fakes/keeping-host.ts";
import { PlatformDoor } from "../../../fakes/platform-door.ts";

type Given = Partial<Omit<FeishuSection, "accounts">>;
type AppGiven = Omit<Parameters<FeishuServer["addApp"]>[0], "name" | "webhook">;

/** How events come in; `token` is a webhook without encryption. */
export type Way = "websocket" | "webhook" | "token";

const ENCRYPT_KEY = "an-encrypt-key";
const VERIFICATION_TOKEN = "a-verification-token";

/** What a section with these keys is for the account `default`. */
export function accountOf(given: object = {}): FeishuAccount {
  const { accounts: _, ...account } = feishuSchema.parse(given);
  return account;
}

export interface WorldGiven {
  readonly clock?: Clock;
  readonly way?: Way;
  readonly app?: AppGiven;
}

/** A stand-in of Feishu with one app, and the channel that speaks for it. */
export class FeishuWorld implements AsyncDisposable {
  readonly feishu: FeishuServer;
  readonly app: AppAccount;
  readonly host: KeepingHost;
  readonly door: PlatformDoor;
  readonly way: Way;
  readonly #clock: Clock;
  readonly #channels: FeishuChannel[] = [];

  private constructor(
    feishu: FeishuServer,
    host: KeepingHost,
    given: Required<Omit<WorldGiven, "app">>,
    app: AppGiven,
  ) {
    this.feishu = feishu;
    this.host = host;
    this.way = given.way;
    this.#clock = given.clock;
    this.door = new PlatformDoor("feishu");
    const secrets = {
      verificationToken: VERIFICATION_TOKEN,
      ...(this.way === "webhook" ? { encryptKey: ENCRYPT_KEY } : {}),
    };
    const webhook = this.way === "websocket" ? {} : { webhook: { url: this.door.url, ...secrets } };
    this.app = feishu.addApp({ name: "Pi", ...app, ...webhook });
  }

  static async open({
    clock = systemClock,
    way = "websocket",
    app = {},
  }: WorldGiven = {}): Promise<FeishuWorld> {
    const feishu = await startFeishu({ clock });
    const folder = await mkdtemp(join(tmpdir(), "feishu-"));
    return new FeishuWorld(feishu, new KeepingHost(folder), { clock, way }, app);
  }

  /** A channel for the app, not started. */
  channel(
    given: Given = {},
    more: { appSecret?: string; pingTimeoutMs?: number; callLimitMs?: number } = {},
  ): FeishuChannel {
    const { appId, appSecret, webhook } = this.app;
    const { url: _, ...secrets } = webhook ?? { url: "" };
    const mode = webhook ? "webhook" : "websocket";
    const channel = new FeishuChannel({
      name: "default",
      account: accountOf({ domain: this.feishu.url, connectionMode: mode, ...secrets, ...given }),
      appId,
      appSecret,
      ...more,
      clock: this.#clock,
      log: this.host.log,
    });
    this.door.handler = (request) => channel.webhook(request);
    this.#channels.push(channel);
    return channel;
  }

  /** Resolves once messages can arrive. */
  async start(given: Given = {}, more: { pingTimeoutMs?: number } = {}): Promise<FeishuChannel> {
    const channel = this.channel(given, more);
    await this.started(channel);
    return channel;
  }

  async started(channel: FeishuChannel): Promise<void> {
    await channel.start(this.host);
    if (this.way === "websocket") await this.feishu.untilConnected(this.app);
    await this.feishu.until(() => channel.status().state === "connected");
  }

  /** Stops it; resolves once Feishu knows. */
  async stopped(channel: FeishuChannel): Promise<void> {
    await channel.stop();
    if (this.way === "websocket") await this.feishu.untilConnected(this.app, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#channels.map((channel) => channel.stop()));
    await this.feishu[Symbol.asyncDispose]();
    await this.door[Symbol.asyncDispose]();
    await rm(this.host.mediaDir, { recursive: true, force: true });
  }
}
