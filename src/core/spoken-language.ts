import type { InboundMessage } from "./message.ts";

/** What the gateway's own sentences are written in. */
export type Language = "en" | "zh";

/** Somebody who is told something, and where. */
export type Addressee = Pick<InboundMessage, "address" | "sender">;

/**
 * The language in which somebody is spoken to: in a private chat their own, where the platform knows it and the
 * gateway speaks it; else that of the gateway, which all in a group share.
 */
export function languageFor(gateway: Language, to: Addressee | undefined): Language {
  if (to?.address.scope !== "dm") return gateway;
  const [own] = (to.sender.language ?? "").toLowerCase().split(/[-_]/);
  return own === "en" || own === "zh" ? own : gateway;
}
