import { appendFileSync } from "node:fs";
import {
  type Address,
  type Channel,
  ChannelError,
  type ChannelHost,
  type ChatSettings,
  type GatewayPluginApi,
} from "pi-gateway";

interface Options {
  /** What goes out is written here, a line of JSON for each call. */
  readonly sent: string;
  readonly access: ChatSettings["access"];
  /** The rules of groups: chats whose id begins with `-`. */
  readonly group: ChatSettings["access"]["group"];
  readonly accounts: readonly string[];
}

/** A chat platform with settings: what is posted to `/doorstep` has been written there. */
export default function doorstep(api: GatewayPluginApi): void {
  const options = api.options as Options;
  const channels = new Map(options.accounts.map((account) => [account, new Doorstep(account, options)]));
  for (const channel of channels.values()) api.registerChannel(channel);
  api.registerHttpRoute("POST", "/doorstep/press", async (request) => {
    const { account, ...pressed } = JSON.parse(request.text()) as Pressed & { readonly account: string };
    return Response.json({ receipt: await channels.get(account)?.press(pressed) });
  });
  api.registerHttpRoute("POST", "/doorstep", async (request) => {
    const { account, ...said } = JSON.parse(request.text()) as Said & { readonly account: string };
    return Response.json({ receipt: await channels.get(account)?.hear(said) });
  });
}

interface Said {
  readonly id: string;
  readonly from: string;
  readonly name: string;
  readonly chat: string;
  readonly text: string;
  readonly isForBot: boolean;
}

interface Pressed {
  readonly id: string;
  readonly from: string;
  readonly chat: string;
  readonly message: string;
  readonly button: string;
}

class Doorstep implements Channel {
  readonly name = "doorstep";
  readonly account: string;
  readonly capabilities = {
    text: { limit: 4000 },
    pace: () => ({ perChatMs: 0, perPreviewMs: 60_000 }),
    nonceWindowMs: 3_600_000,
    buttons: true,
  };
  readonly #options: Options;
  #host: ChannelHost | undefined;

  constructor(account: string, options: Options) {
    this.account = account;
    this.#options = options;
  }

  async start(host: ChannelHost): Promise<void> {
    this.#host = host;
  }

  async stop(): Promise<void> {
    this.#host = undefined;
  }

  hear({ from, name, chat, ...said }: Said): Promise<string> {
    if (!this.#host) throw new Error("the channel has not started");
    return this.#host.receive({
      ...said,
      address: this.addressOf(chat),
      sender: { id: from, name, isBot: false },
      attachments: [],
      sentAtMs: Date.now(),
    });
  }

  press({ id, from, chat, message, button }: Pressed): Promise<string> {
    if (!this.#host) throw new Error("the channel has not started");
    const by = { id: from, name: from, isBot: false };
    return this.#host.report(id, {
      kind: "button",
      message: { address: this.addressOf(chat), id: message },
      by,
      button,
    });
  }

  addressOf(chat: string): Address {
    const scope = chat.startsWith("-") ? "group" : "dm";
    return { channel: this.name, account: this.account, scope, chat };
  }

  settings({ chat }: Address): ChatSettings {
    const { access, group } = this.#options;
    return {
      access: { ...access, ...(chat.startsWith("-") && group ? { group } : {}) },
      streamingMode: "off",
      showTools: false,
      showThinking: false,
      replyToMode: "off",
      historyLimit: 0,
      reactionNotifications: "off",
    };
  }

  async send(...[to, message, { nonce }]: Parameters<Channel["send"]>) {
    if (message.kind !== "text") throw new ChannelError("format-refused", "only texts go through");
    const { markdown, buttons = [] } = message;
    const line = { account: to.account, chat: to.chat, nonce, text: markdown, buttons: buttons.flat() };
    appendFileSync(this.#options.sent, `${JSON.stringify(line)}\n`);
    return { address: to, id: nonce };
  }
}
