import { basename } from "node:path";
import type { MediaMessage, OutboundMessage } from "./message.ts";
import type { SentFile, Withdrawal } from "./store.ts";

/** How a message reads where people see the conversation: its text, and the files that go with it. */
export function shownOf(message: OutboundMessage | Withdrawal): {
  text: string;
  media?: readonly SentFile[];
} {
  switch (message.kind) {
    case "text":
      return { text: message.markdown };
    case "media":
      return { text: message.caption ?? "", media: [sentFile(message)] };
    case "album": {
      const captions = message.items.flatMap(({ caption }) => (caption ? [caption] : []));
      return { text: captions.join("\n\n"), media: message.items.map(sentFile) };
    }
    default:
      return { text: "" };
  }
}

/** The path in our own storage is nobody's business. */
function sentFile({ media, path, name, mimeType, sizeBytes }: Omit<MediaMessage, "kind">): SentFile {
  return {
    kind: media,
    name: name ?? basename(path),
    mimeType: mimeType ?? "application/octet-stream",
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  };
}
