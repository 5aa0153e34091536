import type { ChannelCapabilities } from "../core/channel.ts";
import type { AlbumMessage, MediaItem, MediaMessage, OutboundMessage, TextMessage } from "../core/message.ts";

type FileMessage = MediaMessage | AlbumMessage;

/**
 * Files as the platform takes them: what it does not show as one album becomes several messages, and captions that
 * do not fit follow as texts. Nothing is left out, and each message can be repeated by itself.
 */
export function fileMessages(message: FileMessage, { files }: ChannelCapabilities): OutboundMessage[] {
  if (!files) return [message];
  const { silent, replyTo } = message;
  const groups = message.kind === "media" ? [[message]] : files.albumsOf(message.items);
  const parts = groups.flatMap((group): OutboundMessage[] => {
    const items = group.map((item) => bare(item, files.holdsCaption(item)));
    const texts = group.flatMap((item) => (files.holdsCaption(item) ? [] : textOf(item)));
    return items.length === 0 ? texts : [together(items), ...texts];
  });
  return parts.map((part, at) => ({
    ...part,
    ...(silent === undefined ? {} : { silent }),
    ...(replyTo === undefined || at > 0 ? {} : { replyTo }),
  }));
}

function together(items: readonly MediaItem[]): FileMessage {
  const [only, ...others] = items;
  return only && others.length === 0 ? { kind: "media", ...only } : { kind: "album", items };
}

/** The file alone, without what a message of it would say besides. */
function bare(item: MediaItem & Partial<MediaMessage>, hasCaption: boolean): MediaItem {
  const { kind: _kind, silent: _silent, replyTo: _replyTo, caption, ...file } = item;
  return hasCaption && caption !== undefined ? { ...file, caption } : file;
}

function textOf({ caption = "" }: MediaItem): TextMessage[] {
  return caption.trim() === "" ? [] : [{ kind: "text", markdown: caption }];
}
