import type { StreamingMode } from "../../../../src/core/channel.ts";
import type { Clock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { FeishuChannel } from "../../../../src/plugins/builtin/feishu/channel.ts";
import {
  type AppAccount,
  type FeishuServer,
  type Person,
  type Room,
  startFeishu,
} from "../../../emulators/feishu/index.ts";
import type { MatrixStage } from "../../../fakes/fault-matrix.ts";
import { CALL_LIMIT_MS, FaultWorld } from "../../../fakes/fault-world.ts";
import { PlatformDoor } from "../../../fakes/platform-door.ts";
import { accountOf } from "./feishu-world.ts";

export interface FeishuFaultOptions {
  readonly mode: StreamingMode;
  readonly way?: "websocket" | "webhook";
  readonly onDoubt?: "resend" | "drop";
  /** What the app may not do. */
  readonly withoutScopes?: readonly string[];
}

const SECRETS = { verificationToken: "a-token", encryptKey: "a-key" };
/** Stands for a dead line, in a test's own time. */
const PING_TIMEOUT_MS = 200;

/** Anna, a bot, and the stand-in of Feishu between them. */
export class FaultyFeishu implements MatrixStage {
  readonly feishu: FeishuServer;
  readonly app: AppAccount;
  readonly #anna: Person;
  readonly #chat: Room;
  readonly #options: FeishuFaultOptions;
  readonly #door = new PlatformDoor("feishu");

  constructor(feishu: FeishuServer, options: FeishuFaultOptions) {
    const webhook = options.way === "webhook" ? { webhook: { url: this.#door.url, ...SECRETS } } : {};
    this.feishu = feishu;
    this.#options = options;
    this.app = feishu.addApp({ name: "bot", ...webhook });
    for (const scope of options.withoutScopes ?? []) this.app.scopes.delete(scope);
    this.#anna = feishu.addPerson({ name: "Anna" });
    this.#chat = this.#anna.dm(this.app);
  }

  get calls() {
    return this.feishu.calls;
  }

  get faults() {
    return this.feishu.faults;
  }

  ask(text: string): void {
    this.#anna.say(this.#chat, text);
  }

  enforceRates(): void {
    this.feishu.enforceRates();
  }

  liveLines(): string[] {
    return this.feishu.transcript(this.#chat, { isLive: true });
  }

  lines(): string[] {
    return this.feishu.transcript(this.#chat);
  }

  channel(clock: Clock): FeishuChannel {
    const { mode, way = "websocket" } = this.#options;
    const channel = new FeishuChannel({
      name: "default",
      account: accountOf({
        domain: this.feishu.url,
        dmPolicy: "open",
        streamingMode: mode,
        connectionMode: way,
        ...(way === "webhook" ? SECRETS : {}),
      }),
      appId: this.app.appId,
      appSecret: this.app.appSecret,
      clock,
      log: silentLogger,
      callLimitMs: CALL_LIMIT_MS,
      pingTimeoutMs: PING_TIMEOUT_MS,
    });
    this.#door.handler = (request) => channel.webhook(request);
    return channel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#door[Symbol.asyncDispose]();
    await this.feishu[Symbol.asyncDispose]();
  }
}

/** A conversation over a stand-in of Feishu whose calls fail as the test says. */
export function openFaultWorld({
  onDoubt = "resend",
  ...rest
}: FeishuFaultOptions): Promise<FaultWorld<FaultyFeishu>> {
  return FaultWorld.open(
    async (time) => new FaultyFeishu(await startFeishu({ clock: time }), { ...rest, onDoubt }),
    { onDoubt },
  );
}
