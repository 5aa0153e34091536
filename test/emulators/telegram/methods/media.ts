import type { InputMedia, Message, MessageEntity, ParseMode } from "@grammyjs/types";
import type { Upload } from "../../common/multipart.ts";
import { badRequest } from "../api-failure.ts";
import type { FileKind, StoredFile } from "../file-store.ts";
import { checkUpload, mediaContent, shownKind, type MediaFacts } from "../media.ts";
import type { Post } from "../room.ts";
import { readCaption } from "../text.ts";
import type { Content } from "../world.ts";
import { edit, noteText, ownPost, type Edited } from "./messages.ts";
import { send, type SendArgs } from "./send.ts";
import type { Methods, Visit } from "./visit.ts";

interface Captioned {
  readonly caption?: string;
  readonly parse_mode?: ParseMode;
  readonly caption_entities?: MessageEntity[];
}

type MediaMethod =
  | "sendPhoto"
  | "sendDocument"
  | "sendAudio"
  | "sendVoice"
  | "sendVideo"
  | "sendVideoNote"
  | "sendAnimation"
  | "sendSticker"
  | "sendMediaGroup"
  | "editMessageMedia";

const MOST_IN_ALBUM = 10;
/** Kinds that make albums only with their own. */
const UNMIXED: Readonly<Record<string, string>> = { document: "Document", audio: "Audio" };

export const mediaMethods: Methods<MediaMethod> = {
  sendPhoto: (visit, args) => sendMedia(visit, args, "photo", args.photo) as Message.PhotoMessage,
  sendDocument: (visit, args) => sendMedia(visit, args, "document", args.document) as Message.DocumentMessage,
  sendAudio: (visit, args) => sendMedia(visit, args, "audio", args.audio) as Message.AudioMessage,
  sendVoice: (visit, args) => sendMedia(visit, args, "voice", args.voice) as Message.VoiceMessage,
  sendVideo: (visit, args) => sendMedia(visit, args, "video", args.video) as Message.VideoMessage,
  sendVideoNote: (visit, args) =>
    sendMedia(visit, args, "video_note", args.video_note) as Message.VideoNoteMessage,
  sendAnimation: (visit, args) =>
    sendMedia(visit, args, "animation", args.animation) as Message.AnimationMessage,
  sendSticker: (visit, args) => sendMedia(visit, args, "sticker", args.sticker) as Message.StickerMessage,

  sendMediaGroup: (visit, args) => {
    const { media, ...rest } = args;
    checkAlbum(media);
    const album = visit.world.newAlbumId();
    // All are looked at before the first is sent: an album comes whole or not at all.
    const contents = media.map((item) => ({ item, content: inputContent(visit, item) }));
    return contents.map(({ item, content }) => {
      const post = send(visit, rest, { ...content, media_group_id: album });
      noteCaption(visit, post, item);
      // Only kinds that may be in an album have come this far.
      return post.message as Message.PhotoMessage;
    });
  },

  editMessageMedia: (visit, args) => {
    const post = ownPost(visit, args);
    if (post.message.text !== undefined) throw badRequest("there is no media in the message to edit");
    const content = inputContent(visit, args.media);
    const { photo, document, audio, voice, video, animation, caption, caption_entities, ...rest } =
      post.message;
    const before = { photo, document, audio, voice, video, animation, caption, caption_entities };
    if (Bun.deepEquals(withoutUndefined(before), content)) throw badRequest("message is not modified");
    post.message = rest;
    edit(visit, post, content, args.reply_markup);
    noteCaption(visit, post, args.media);
    return post.message as Edited<Message>;
  },
};

function sendMedia(
  visit: Visit,
  args: SendArgs & Captioned & MediaFacts,
  kind: FileKind,
  source: Upload | string,
): Message {
  const file = fileFrom(visit, kind, source);
  const content = { ...mediaContent(file, shownKind(kind, file), args), ...captionOf(args) };
  const post = send(visit, args, content);
  noteCaption(visit, post, args);
  return post.message;
}

function inputContent(visit: Visit, item: InputMedia<Upload>): Content {
  if (item.type === "live_photo") throw badRequest("the stand-in has no live photos");
  const file = fileFrom(visit, item.type, item.media);
  return { ...mediaContent(file, item.type, item), ...captionOf(item) };
}

/** The file of a call: its bytes, or one that Telegram has already, by its id. */
function fileFrom({ world }: Visit, kind: FileKind, source: Upload | string | undefined): StoredFile {
  if (source === undefined) throw badRequest(`there is no ${kind} in the request`);
  if (typeof source !== "string") {
    checkUpload(kind, source);
    return world.files.add(kind, source);
  }
  if (/^https?:/.test(source)) throw badRequest("failed to get HTTP URL content");
  const file = world.files.byId(source);
  if (!file) throw badRequest("wrong remote file identifier specified: Wrong string length");
  if (file.kind !== kind) throw badRequest(`can't use file of type ${file.kind} as ${kind}`);
  return file;
}

function checkAlbum(media: readonly { readonly type: string }[]): void {
  if (media.length < 2) throw badRequest("there must be 2-10 items in a media group");
  if (media.length > MOST_IN_ALBUM) throw badRequest("too many messages to send as an album");
  for (const [kind, name] of Object.entries(UNMIXED)) {
    const count = media.filter(({ type }) => type === kind).length;
    if (count > 0 && count < media.length) throw badRequest(`${name} can't be mixed with other media types`);
  }
}

function captionOf({ caption, parse_mode, caption_entities }: Captioned): Content {
  if (!caption) return {};
  const { text, entities } = readCaption({ text: caption, parse_mode, entities: caption_entities });
  if (text === "") return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}

function noteCaption(visit: Visit, post: Post, { caption, parse_mode }: Captioned): void {
  if (caption) noteText(visit, post, caption, parse_mode);
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
