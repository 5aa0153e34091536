import { appendFileSync } from "node:fs";
import {
  type Channel,
  ChannelError,
  type ChannelHost,
  type ChatSettings,
  type GatewayPluginApi,
  type InboundEvent,
  type InboundMessage,
} from "pi-gateway";

interface Options {
  /** What goes out is written here, a line of JSON for each call. */
  readonly sent: string;
}

const SETTINGS: ChatSettings = {
  access: { dmPolicy: "open", allowFrom: [], group: { isOpen: true, requireMention: true } },
  streamingMode: "off",
  showTools: false,
  showThinking: false,
  replyToMode: "off",
  historyLimit: 50,
  reactionNotifications: "all",
};

/** A chat platform whose updates are posted to `/lab/message` and `/lab/event` as the gateway is to be told of them. */
export default function lab(api: GatewayPluginApi): void {
  let host: ChannelHost | undefined;
  const { sent } = api.options as Options;
  const channel: Channel = {
    name: "lab",
    capabilities: {
      text: { limit: 4000 },
      pace: () => ({ perChatMs: 0, perPreviewMs: 60_000 }),
      nonceWindowMs: 3_600_000,
    },
    start: async (given) => {
      host = given;
    },
    stop: async () => {
      host = undefined;
    },
    settings: () => SETTINGS,
    probe: async () => "@lab_bot",
    send: async (to, message, { nonce }) => {
      if (message.kind !== "text") throw new ChannelError("format-refused", "only texts go through");
      appendFileSync(sent, `${JSON.stringify({ chat: to.chat, nonce, text: message.markdown })}\n`);
      return { address: to, id: nonce };
    },
  };
  api.registerChannel(channel);
  api.registerHttpRoute("POST", "/lab/message", async (request) => {
    return Response.json({ receipt: await host?.receive(request.json() as InboundMessage) });
  });
  api.registerHttpRoute("POST", "/lab/event", async (request) => {
    const { id, event } = request.json() as { readonly id: string; readonly event: InboundEvent };
    return Response.json({ receipt: await host?.report(id, event) });
  });
}
