import type { Message, PhotoSize, Sticker } from "grammy/types";
import type { Attachment } from "../../../types.ts";

/** The files of a message: named, not fetched. */
export function attachmentsOf(message: Message): readonly Attachment[] {
  const file = fileOf(message);
  return file ? [file] : [];
}

/** A message has at most one. Telegram repeats an animation as a document, for those who know no animations. */
function fileOf(message: Message): Attachment | undefined {
  const { animation, video, video_note, audio, voice, document, sticker } = message;
  const photo = message.photo ?? message.live_photo?.photo;
  if (photo) return photoOf(photo);
  if (animation) return named("video", animation, "video/mp4");
  if (video) return named("video", video, "video/mp4");
  if (video_note) return named("video", video_note, "video/mp4");
  if (voice) return { ...named("audio", voice, "audio/ogg"), isVoice: true };
  if (audio) return named("audio", { ...audio, file_name: audio.file_name ?? audio.title }, "audio/mpeg");
  if (document) return named("document", document, "application/octet-stream");
  return sticker && stickerOf(sticker);
}

interface TelegramFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size?: number;
  readonly file_name?: string | undefined;
  readonly mime_type?: string;
}

function named(kind: Attachment["kind"], file: TelegramFile, mimeType: string): Attachment {
  return {
    kind,
    mimeType: file.mime_type ?? mimeType,
    ...(file.file_name ? { name: file.file_name } : {}),
    ...(file.file_size === undefined ? {} : { sizeBytes: file.file_size }),
    source: file.file_id,
    cacheKey: `telegram/${file.file_unique_id}`,
  };
}

/** Of its sizes the largest: what the sender saw. */
function photoOf(sizes: readonly PhotoSize[]): Attachment | undefined {
  const [largest] = sizes.toSorted((one, other) => other.width * other.height - one.width * one.height);
  return largest && named("photo", largest, "image/jpeg");
}

/** A still one is an image. The moving ones are formats that nothing reads; their emoji says what they mean. */
function stickerOf(sticker: Sticker): Attachment | undefined {
  if (sticker.is_animated || sticker.is_video) return undefined;
  return named("sticker", sticker, "image/webp");
}
