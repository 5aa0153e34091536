import type { ChatSettings } from "../../src/core/chat-settings.ts";
import type { SendOptions } from "../../src/core/channel.ts";
import { ChannelError } from "../../src/core/errors.ts";
import type {
  Address,
  Button,
  InboundEvent,
  InboundMessage,
  MessageRef,
  OutboundMessage,
  Sender,
} from "../../src/core/message.ts";
import { formatSessionKey } from "../../src/core/session-key.ts";
import type { AccessControl } from "../../src/security/access-control.ts";
import type { FakeClock } from "./fake-clock.ts";
import { CHAT, PathWorld, type WorldOptions } from "./path-world.ts";
import { EditingPlatform } from "./platforms.ts";

export const GROUP = { ...CHAT, scope: "group", chat: "-7" } as const;
export const GROUP_SESSION = formatSessionKey({ agent: "main", address: GROUP });
export const ADA: Sender = { id: "ada", name: "Ada", isBot: false };
export const STRANGER: Sender = { id: "stranger", name: "Nobody", isBot: false };

const CAPABILITIES = {
  text: { limit: 4096 },
  pace: () => ({ perChatMs: 10, perPreviewMs: 100 }),
  nonceWindowMs: 0,
  buttons: true,
};

const SETTINGS: ChatSettings = {
  access: {
    dmPolicy: "open",
    allowFrom: [],
    group: { isOpen: true, requireMention: true },
  },
  streamingMode: "partial",
  showTools: false,
  showThinking: false,
  replyToMode: "off",
  historyLimit: 50,
  reactionNotifications: "own",
};

/** A platform with groups, whose settings a test may change. */
export class GroupPlatform extends EditingPlatform {
  chatSettings: ChatSettings = SETTINGS;
  /** Nothing gets through. */
  isDown = false;
  /** What was sent where, in order, and the buttons below it. */
  readonly sent: {
    readonly replyTo?: string | undefined;
    readonly chat: string;
    readonly text: string;
    readonly buttons: readonly Button[];
  }[] = [];

  constructor(clock: FakeClock) {
    super("fake", CAPABILITIES, clock.now);
  }

  override async send(to: Address, message: OutboundMessage, options: SendOptions): Promise<MessageRef> {
    if (this.isDown) throw new ChannelError("unreachable", "no way out", { retry: { afterMs: 1000 } });
    const ref = await super.send(to, message, options);
    if (message.kind === "text") {
      this.sent.push({
        replyTo: message.replyTo,
        chat: to.chat,
        text: message.markdown,
        buttons: (message.buttons ?? []).flat(),
      });
    }
    return ref;
  }

  settings(): ChatSettings {
    return this.chatSettings;
  }

  async probe(): Promise<string> {
    return "@lab_bot";
  }

  /** The platform's name of what was said with this text. */
  refOf(text: string, address: MessageRef["address"] = GROUP): MessageRef {
    const found = [...this.visible].find(([, shown]) => shown.includes(text));
    if (!found) throw new Error(`nobody said ${text}: ${this.transcript().join(" | ")}`);
    return { address, id: found[0] };
  }
}

/** Everybody but the stranger may talk; who does not speak to the bot is overheard. */
const access: AccessControl = {
  check: async ({ sender, isForBot }: InboundMessage) => {
    if (sender.id === STRANGER.id) return { allowed: false, why: "unknown", reply: "Who are you?" };
    return isForBot ? { allowed: true } : { allowed: false, why: "no mention", isOverheard: true };
  },
  mayAct: async ({ sender }) => sender.id !== STRANGER.id,
};

/** The path of a message, in a group of people. */
export class GroupWorld extends PathWorld {
  readonly group: GroupPlatform;
  #events = 0;

  constructor(options: Omit<WorldOptions, "platform" | "access"> = {}) {
    let group: GroupPlatform | undefined;
    super({ ...options, access, platform: (clock) => (group = new GroupPlatform(clock)) });
    if (!group) throw new Error("no platform was made");
    this.group = group;
  }

  /** Somebody says something in the group, not to the bot. */
  chat(id: string, text: string, facts: Partial<InboundMessage> = {}): Promise<string> {
    return this.say(id, text, { address: GROUP, sender: ADA, isForBot: false, ...facts });
  }

  /** Somebody speaks to the bot in the group. */
  ask(id: string, text: string, facts: Partial<InboundMessage> = {}): Promise<string> {
    return this.say(id, text, { address: GROUP, sender: ADA, ...facts });
  }

  async report(event: InboundEvent, id = `event ${this.#events++}`): Promise<string> {
    const receipt = await this.pipeline.receiver.report(id, event);
    await this.pass();
    return receipt;
  }

  get prompts(): string[] {
    return this.pi.prompts.map(({ text }) => text);
  }
}

export const edited = (
  id: string,
  text: string,
  by = ADA,
  address: MessageRef["address"] = GROUP,
): InboundEvent => ({
  kind: "edited",
  message: { address, id },
  by,
  text,
  atMs: 0,
});
