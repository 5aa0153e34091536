import type { InputRichMessage, Message, RichMessage } from "@grammyjs/types";
import { badRequest } from "../api-failure.ts";
import { readDraft } from "../text.ts";
import { send, threadFor } from "./send.ts";
import { roomToWrite, type Methods, type Visit } from "./visit.ts";

const DRAFT_MS = 30_000;
const RICH_LIMIT = 32_768;

/** Messages that are still being written, and messages in Telegram's richer form. */
export const draftMethods: Methods<"sendMessageDraft" | "sendRichMessageDraft" | "sendRichMessage"> = {
  sendMessageDraft: (visit, args) => {
    const { text } = readDraft({ ...args, text: args.text ?? "" });
    visit.world.texts.push({
      method: visit.method,
      chat: args.chat_id,
      text: args.text ?? "",
      parseMode: args.parse_mode,
    });
    return showDraft(visit, args, text);
  },

  sendRichMessageDraft: (visit, args) => showDraft(visit, args, readRich(args.rich_message)),

  sendRichMessage: (visit, args) => {
    const text = readRich(args.rich_message);
    if (text === "") throw badRequest("message text is empty");
    return send(visit, args, richContent(text)).message as Message.RichMessageMessage;
  },
};

interface DraftArgs {
  readonly chat_id: number;
  readonly draft_id: number;
  readonly message_thread_id?: number;
  readonly can_stop?: boolean;
  readonly keep_on_stop?: boolean;
}

function showDraft(visit: Visit, args: DraftArgs, text: string): true {
  const { world } = visit;
  const room = roomToWrite(visit, args.chat_id);
  if (room.kind !== "private") throw badRequest("TEXTDRAFT_PEER_INVALID");
  if (!args.draft_id) throw badRequest("draft_id must be non-zero");
  const thread = threadFor(room, args.message_thread_id);
  for (const [id, draft] of room.drafts) if (draft.thread === thread) room.drafts.delete(id);
  room.drafts.set(args.draft_id, {
    id: args.draft_id,
    thread,
    text,
    canStop: args.can_stop ?? false,
    keepOnStop: args.keep_on_stop ?? false,
    untilMs: world.clock.now() + DRAFT_MS,
  });
  world.changed();
  return true;
}

/** The source of a rich message: nobody but Telegram itself can read it, so it is shown as it was sent. */
export function readRich(rich: InputRichMessage<unknown>): string {
  const given = [rich.markdown, rich.html, rich.blocks].filter((each) => each !== undefined);
  if (given.length !== 1) throw badRequest("exactly one of markdown, html and blocks must be specified");
  const text = rich.markdown ?? rich.html ?? JSON.stringify(rich.blocks);
  if (Array.from(text).length > RICH_LIMIT) throw badRequest("RICH_MESSAGE_TOO_LONG");
  return text.trim();
}

/** A rich message as one paragraph, with its source as the text that people see. */
export function richContent(text: string): { rich_message: RichMessage; text: string } {
  return { rich_message: { blocks: [{ type: "paragraph", text }] }, text };
}
