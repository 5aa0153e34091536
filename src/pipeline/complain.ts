import type { InboundMessage } from "../core/message.ts";
import type { Delivery, OutboxLedger, Turn } from "../core/store.ts";
import { filesKey, paceKey, voiceKey } from "../delivery/keys.ts";
import type { Complaint } from "./incoming-files.ts";
import type { Speech } from "./sentences.ts";

export interface ComplainDeps {
  readonly outbox: Pick<OutboxLedger, "post">;
  readonly sentences: Speech;
  readonly nowMs: number;
}

/**
 * Tells whoever sent them which files did not come, once a turn in each chat, however often it is tried; and that
 * nobody can listen to voice messages, at most once a day in each chat.
 */
export async function complain(
  turn: Turn,
  complaints: readonly Complaint[],
  { outbox, sentences, nowMs }: ComplainDeps,
): Promise<void> {
  if (complaints.length === 0) return;
  const deliveries: Delivery[] = [];
  for (const [chat, { latest, of }] of byChat(complaints)) {
    const { address: to, id: replyTo } = latest;
    const { file } = sentences(latest);
    const say = (key: string, markdown: string) =>
      deliveries.push({ key, to, session: turn.session, message: { kind: "text", markdown, replyTo } });
    const lines = of.flatMap((one) => {
      if (one.what === "file") return [file.failed[one.failure](one.name, one.mostMb)];
      return one.failure === "failed" ? [file.voiceFailed] : [];
    });
    if (lines.length > 0) say(filesKey(turn.id, chat), [...new Set(lines)].join("\n\n"));
    const isUnset = of.some((one) => one.what === "voice" && one.failure === "unset");
    if (isUnset) say(voiceKey(chat, new Date(nowMs).toISOString().slice(0, 10)), file.voiceUnset);
  }
  await outbox.post(deliveries);
}

interface ChatComplaints {
  readonly latest: InboundMessage;
  readonly of: readonly Complaint[];
}

function byChat(complaints: readonly Complaint[]): ReadonlyMap<string, ChatComplaints> {
  const chats = new Map<string, ChatComplaints>();
  for (const one of complaints) {
    const { address } = one.message;
    const chat = `${paceKey(address)}/${address.thread ?? ""}`;
    chats.set(chat, { latest: one.message, of: [...(chats.get(chat)?.of ?? []), one] });
  }
  return chats;
}
