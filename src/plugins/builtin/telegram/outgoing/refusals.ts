import { type Refusal, refusalIn, type RefusalRow } from "../../../refusals.ts";

export type RefusalKind =
  | "rate-limited"
  | "not-modified"
  | "moved"
  | "format"
  | "too-long"
  | "empty"
  | "no-text"
  | "message-gone"
  | "too-old"
  | "chat-gone"
  | "no-rights"
  | "blocked"
  | "bad-token"
  | "unknown-method"
  | "conflict"
  | "bad-file"
  | "bad-photo"
  | "bad-reaction"
  | "too-many-commands"
  | "server"
  | "other";

/** The first row that fits decides. */
const ROWS: readonly RefusalRow<RefusalKind>[] = [
  {
    kind: "rate-limited",
    status: [429],
    code: "rate-limited",
    // Telegram names the time; this is for an answer that does not.
    retry: { afterMs: 5000 },
    says: "Telegram wants fewer messages for a while.",
  },
  {
    kind: "moved",
    status: [400, 403],
    text: /upgraded to a supergroup/i,
    code: "not-found",
    says: "The group has become a supergroup with another id.",
  },
  {
    kind: "not-modified",
    status: [400],
    text: /message is not modified|MESSAGE_NOT_MODIFIED/i,
    code: "not-found",
    says: "The message looks like that already.",
  },
  {
    kind: "format",
    status: [400],
    text: /can't parse|can't find end|unsupported start tag|unexpected end tag|unmatched end tag|^Bad Request: ENTIT|ENTITY_|ENTITIES_TOO_LONG|RICH_MESSAGE|rich message/i,
    code: "format-refused",
    says: (detail) => `Telegram does not take the formatting: ${detail}.`,
  },
  {
    kind: "too-many-commands",
    status: [400],
    text: /BOT_COMMANDS_TOO_MUCH|too many commands/i,
    code: "too-long",
    says: "The bot's menu of commands is too big for Telegram.",
  },
  {
    kind: "too-long",
    status: [400, 413],
    text: /too long|TOO_LONG|too large|too big/i,
    code: "too-long",
    says: (detail) => `It is too long or too big for Telegram: ${detail}.`,
  },
  {
    kind: "empty",
    status: [400],
    text: /text is empty|must be non-empty|MESSAGE_EMPTY/i,
    code: "format-refused",
    says: "Nothing of the text would be seen.",
  },
  {
    kind: "no-text",
    status: [400],
    text: /no text in the message/i,
    code: "not-found",
    says: "The message holds no text that could be changed.",
  },
  {
    kind: "message-gone",
    status: [400],
    text: /message to (edit|delete|react|pin|unpin|reply|be replied|forward|copy) not found|replied message not found|message not found|MESSAGE_ID_INVALID|message identifier|query is too old/i,
    code: "not-found",
    says: "The message is not there any more.",
  },
  {
    kind: "too-old",
    status: [400],
    text: /message can't be|MESSAGE_DELETE_FORBIDDEN|MESSAGE_AUTHOR_REQUIRED|MESSAGE_EDIT_TIME_EXPIRED/i,
    code: "not-found",
    says: (detail) => `Telegram does not let the message be changed, perhaps because of its age: ${detail}.`,
  },
  {
    kind: "chat-gone",
    status: [400],
    text: /chat not found|PEER_ID_INVALID|thread not found|TOPIC_DELETED|TOPIC_ID_INVALID|CHANNEL_INVALID|CHAT_ID_INVALID|USER_ID_INVALID|user not found/i,
    code: "not-found",
    says: (detail) => `Telegram does not know this chat, or the bot has never been in it: ${detail}.`,
  },
  {
    kind: "no-rights",
    status: [400, 403],
    text: /not enough rights|no rights|need administrator rights|CHAT_WRITE_FORBIDDEN|CHAT_ADMIN_REQUIRED|CHAT_RESTRICTED|CHAT_SEND_\w+_FORBIDDEN|RIGHT_FORBIDDEN|TOPIC_CLOSED|restricted receiving|VOICE_MESSAGES_FORBIDDEN|CHANNEL_PRIVATE/i,
    code: "forbidden",
    says: (detail) => `The bot may not do this in the chat: ${detail}.`,
  },
  {
    kind: "blocked",
    status: [403],
    text: /blocked by the user|USER_IS_BLOCKED/i,
    code: "forbidden",
    says: "The person has blocked the bot.",
  },
  {
    kind: "blocked",
    status: [403],
    text: /deactivated|group chat was deleted/i,
    code: "forbidden",
    says: "The account or group does not exist any more.",
  },
  {
    kind: "blocked",
    status: [403],
    text: /kicked|not a member/i,
    code: "forbidden",
    says: "The bot is no member of this chat any more.",
  },
  {
    kind: "blocked",
    status: [403],
    text: /can't initiate conversation/i,
    code: "forbidden",
    says: "The person has to write to the bot first.",
  },
  {
    kind: "blocked",
    status: [403],
    code: "forbidden",
    says: (detail) => `Telegram does not allow it: ${detail}.`,
  },
  {
    kind: "unknown-method",
    status: [404],
    text: /method not found/i,
    code: "forbidden",
    says: "This Bot API server is too old for it.",
  },
  {
    kind: "bad-token",
    status: [401, 404],
    code: "unauthorized",
    says: "Telegram does not know the bot's token.",
  },
  {
    kind: "conflict",
    status: [409],
    code: "unreachable",
    retry: { afterMs: 3000 },
    says: (detail) => `Somebody else is fetching the messages of this bot: ${detail}.`,
  },
  {
    kind: "bad-photo",
    status: [400],
    text: /PHOTO_INVALID|PHOTO_EXT_INVALID|PHOTO_SAVE_FILE_INVALID|PHOTO_CONTENT_|IMAGE_PROCESS_FAILED|group send failed|wrong type of the web page content/i,
    code: "not-found",
    says: (detail) => `Telegram does not take the file as a photo: ${detail}.`,
  },
  {
    kind: "bad-file",
    status: [400],
    text: /wrong (remote )?file|can't use file|FILE_REFERENCE|FILE_ID_INVALID|file_id|MEDIA_INVALID|MEDIA_EMPTY|STICKER_|VIDEO_|AUDIO_|failed to get HTTP URL/i,
    code: "not-found",
    says: (detail) => `Telegram does not take the file: ${detail}.`,
  },
  {
    kind: "bad-reaction",
    status: [400],
    text: /REACTION/i,
    code: "forbidden",
    says: "This reaction is not possible here.",
  },
  {
    kind: "server",
    status: [500, 501, 502, 503, 504],
    code: "unreachable",
    retry: "now",
    isUncertain: true,
    says: (detail) => `Telegram has a fault of its own at the moment: ${detail}.`,
  },
];

const OTHER: RefusalRow<RefusalKind> = {
  kind: "other",
  code: "forbidden",
  says: (detail) => `Telegram refused it: ${detail}.`,
};

/** The meaning of what the Bot API answered. */
export function refusalOf(answer: {
  readonly error_code: number;
  readonly description: string;
}): Refusal<RefusalKind> {
  return refusalIn(ROWS, OTHER, { status: answer.error_code, text: answer.description });
}
