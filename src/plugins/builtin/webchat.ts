import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type Address,
  type Attachment,
  type BrowserAttachment,
  type BrowserChannel,
  type BrowserMessage,
  type Channel,
  ChannelError,
  type ChannelHost,
  formatSessionKey,
  type GatewayPluginApi,
  type MessageRef,
  type OutboundMessage,
  parseSessionKey,
  RequestError,
  type SendOptions,
  type SessionKey,
} from "../types.ts";

export default function webchat(api: GatewayPluginApi): void {
  api.registerChannel(new WebChatChannel());
}

const NAME = "webchat";
/** One picture, with its colours and joiners. */
const EMOJI = /^(\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?)$/v;
const CONVERSATION_ID = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The gateway's own page as a channel. Its platform is our own store: a message in the outbox is
 * where the page finds it, now through the turn's events and later through the history.
 */
export class WebChatChannel implements Channel, BrowserChannel {
  readonly name = NAME;
  readonly capabilities = {
    text: { limit: Number.MAX_SAFE_INTEGER },
    pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
    nonceWindowMs: Number.MAX_SAFE_INTEGER,
    showsTurnEvents: true,
    hasSelfNamedPeople: true,
  };
  #host: ChannelHost | undefined;

  async start(host: ChannelHost): Promise<void> {
    this.#host = host;
  }

  async stop(): Promise<void> {
    this.#host = undefined;
  }

  /** A message is called what the history calls it. */
  async send(to: Address, _message: OutboundMessage, { key, nonce }: SendOptions): Promise<MessageRef> {
    return { address: to, id: key ?? nonce };
  }

  /** Nothing to do but say no: the gateway keeps the history, and tells the page what changed in it. */
  async edit(message: MessageRef): Promise<void> {
    assertOwn(message, "edited");
  }

  async remove(message: MessageRef): Promise<void> {
    assertOwn(message, "deleted");
  }

  async react(_message: MessageRef, emoji: string): Promise<void> {
    if (EMOJI.test(emoji)) return;
    throw new ChannelError("forbidden", `"${emoji}" is no emoji`);
  }

  async download(attachment: Attachment): Promise<Uint8Array> {
    if (!this.#host) throw new ChannelError("unreachable", "the web chat is not running", { retry: "now" });
    try {
      return await readFile(join(this.#host.mediaDir, attachment.source));
    } catch (cause) {
      throw new ChannelError("not-found", "the file is not kept any more", { cause });
    }
  }

  /** Where the gateway's own sentences to `chat` go. */
  addressOf(chat: string): Address {
    return { channel: NAME, account: "default", scope: "dm", chat };
  }

  async accept(message: BrowserMessage): Promise<{ messageId: string; sessionKey: SessionKey }> {
    const host = this.#host;
    if (!host)
      throw new RequestError("UNAVAILABLE", "The gateway is stopping.", { retry: { afterMs: 1000 } });
    const { agent, address } = this.#conversationOf(message);
    const messageId = message.idempotencyKey ? nameOf(message.idempotencyKey) : `m${crypto.randomUUID()}`;
    const receipt = await host.receive({
      id: messageId,
      address,
      agent,
      sender: message.sender,
      text: message.text,
      attachments: await Promise.all(message.attachments.map((file) => keep(file, host.mediaDir))),
      isForBot: true,
      sentAtMs: Date.now(),
    });
    if (receipt === "busy") {
      throw new RequestError(
        "BUSY",
        "The gateway cannot take more messages right now. Please try again soon.",
        {
          retry: { afterMs: 1000 },
        },
      );
    }
    return { messageId, sessionKey: formatSessionKey({ agent, address }) };
  }

  #conversationOf({ sessionKey }: BrowserMessage): { agent: string; address: Address } {
    const name = parseSessionKey(sessionKey);
    if (name?.address.channel !== NAME || name.address.scope !== "dm" || name.address.account !== "default") {
      throw new RequestError("FORBIDDEN", `Messages can be sent from here to ${NAME} conversations only.`);
    }
    if (!CONVERSATION_ID.test(name.address.chat)) {
      throw new RequestError(
        "BAD_REQUEST",
        "A conversation's id has 1 to 64 letters, digits, hyphens and underscores.",
      );
    }
    return name;
  }
}

/** People's messages are named by `nameOf`, which has no slash. */
function assertOwn({ id }: MessageRef, change: string): void {
  if (id.includes("/")) return;
  throw new ChannelError(
    "forbidden",
    `only messages that were sent from here can be ${change}, not what people wrote`,
  );
}

/** The message id that a client's own key always leads to, whatever characters the key has. */
function nameOf(key: string): string {
  return `m${createHash("sha256").update(key).digest("base64url").slice(0, 22)}`;
}

/** Writes a file down before the message that names it: named by its content, so a repeat costs nothing. */
async function keep(file: BrowserAttachment, folder: string): Promise<Attachment> {
  const bytes = Buffer.from(file.base64, "base64");
  const source = createHash("sha256").update(bytes).digest("hex");
  const handle = await open(join(folder, source), "w", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return {
    kind: kindOf(file.mimeType),
    mimeType: file.mimeType,
    name: file.name,
    sizeBytes: bytes.length,
    source,
  };
}

function kindOf(mimeType: string): Attachment["kind"] {
  if (mimeType.startsWith("image/")) return "photo";
  if (mimeType.startsWith("audio/")) return "audio";
  return mimeType.startsWith("video/") ? "video" : "document";
}
