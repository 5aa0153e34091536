import { basename } from "node:path";
import { RequestError } from "../../core/errors.ts";
import type { MediaMessage, OutboundMessage } from "../../core/message.ts";
import type { OutboxLedger } from "../../core/store.ts";
import type { Conversations } from "../../ws/conversation.ts";
import type { RouteCall, Router } from "../router.ts";

export interface MediaParts {
  readonly outbox: Pick<OutboxLedger, "read">;
  readonly conversations: Conversations;
}

type SentFile = Omit<MediaMessage, "kind">;

/** What a browser shows by itself and cannot run anything with. */
const HARMLESS = /^(image\/(png|jpeg|gif|webp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

/**
 * Adds `GET /api/media/:session/:message/:index`: a file that was sent in a conversation, for whoever may read the
 * conversation. Nothing in it can act as the page.
 */
export function addMediaRoute(router: Router, parts: MediaParts): Disposable {
  return router.add("GET", "/api/media/:session/:message/:index", {
    // The page's own credential is enough, for its own conversations.
    auth: "own",
    run: async (call) => {
      const file = await fileOf(call, parts);
      const content = Bun.file(file.path);
      if (!(await content.exists())) throw new RequestError("NOT_FOUND", "This file is not kept any more.");
      return new Response(content, { headers: headersOf(file) });
    },
  });
}

async function fileOf(
  { params, principal }: RouteCall,
  { outbox, conversations }: MediaParts,
): Promise<SentFile> {
  const who = principal();
  if (!who) throw new RequestError("UNAUTHORIZED", "Send the header Authorization: Bearer <token>.");
  const { session: named = "", message = "", index = "" } = params;
  const { session } = conversations.open(conversations.read(named), who);
  const said = await outbox.read(message);
  const file = said?.session === session ? filesIn(said.message)[Number(index)] : undefined;
  if (file) return file;
  throw new RequestError("NOT_FOUND", "There is no such file in this conversation.");
}

function filesIn(message: OutboundMessage): readonly SentFile[] {
  if (message.kind === "text") return [];
  return message.kind === "media" ? [message] : message.items;
}

function headersOf({ path, name = basename(path), mimeType = "" }: SentFile): Headers {
  const isHarmless = HARMLESS.test(mimeType);
  const file = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return new Headers({
    "Content-Type": isHarmless ? mimeType : "application/octet-stream",
    "Content-Disposition": `${isHarmless ? "inline" : "attachment"}; filename*=UTF-8''${file}`,
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cache-Control": "private, max-age=86400",
  });
}
