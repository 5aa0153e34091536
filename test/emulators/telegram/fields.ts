import type { Opts } from "@grammyjs/types";
import type { Upload } from "../common/multipart.ts";

/** How a field is read: from JSON as it is, from a form by its meaning. */
export type FieldKind = "text" | "int" | "float" | "flag" | "chat" | "json" | "file";

/** The arguments of a method of the Bot API, with uploads as they arrived. */
export type Args<M extends keyof Opts<Upload>> = Opts<Upload>[M];

type Fields<M extends keyof Opts<Upload>> = Record<keyof Args<M>, FieldKind>;

const TOPIC = { message_thread_id: "int" } as const;
const SEND = {
  business_connection_id: "text",
  chat_id: "chat",
  ...TOPIC,
  disable_notification: "flag",
  protect_content: "flag",
  allow_paid_broadcast: "flag",
  message_effect_id: "text",
  reply_parameters: "json",
  reply_to_message_id: "int",
} as const;
const SEND_ONE = {
  ...SEND,
  direct_messages_topic_id: "int",
  ephemeral_message_parameters: "json",
  suggested_post_parameters: "json",
  reply_markup: "json",
} as const;
const CAPTION = { caption: "text", parse_mode: "text", caption_entities: "json" } as const;
const ABOVE = { show_caption_above_media: "flag" } as const;
const EDIT = {
  business_connection_id: "text",
  chat_id: "chat",
  message_id: "int",
  inline_message_id: "text",
  reply_markup: "json",
} as const;
const FORMAT = { parse_mode: "text", entities: "json", link_preview_options: "json" } as const;
const COMMANDS = { scope: "json", language_code: "text" } as const;
const { reply_to_message_id: _, ...SEND_RICH } = SEND_ONE;
const COPY = {
  chat_id: "chat",
  ...TOPIC,
  direct_messages_topic_id: "int",
  from_chat_id: "chat",
  disable_notification: "flag",
  protect_content: "flag",
} as const;
const PICTURE = {
  duration: "int",
  width: "int",
  height: "int",
  thumbnail: "file",
  has_spoiler: "flag",
} as const;

/** Every method that the stand-in knows, with all of its fields; the types tell if one is missing or misspelt. */
export const FIELDS = {
  getMe: {},
  logOut: {},
  close: {},
  getUpdates: { offset: "int", limit: "int", timeout: "int", allowed_updates: "json" },
  setWebhook: {
    url: "text",
    certificate: "file",
    ip_address: "text",
    max_connections: "int",
    allowed_updates: "json",
    drop_pending_updates: "flag",
    secret_token: "text",
  },
  deleteWebhook: { drop_pending_updates: "flag" },
  getWebhookInfo: {},
  sendMessage: { ...SEND_ONE, ...FORMAT, text: "text" },
  sendRichMessage: { ...SEND_RICH, rich_message: "json" },
  sendMessageDraft: {
    chat_id: "int",
    ...TOPIC,
    draft_id: "int",
    text: "text",
    parse_mode: "text",
    entities: "json",
    can_stop: "flag",
    keep_on_stop: "flag",
  },
  sendRichMessageDraft: {
    chat_id: "int",
    ...TOPIC,
    draft_id: "int",
    rich_message: "json",
    can_stop: "flag",
    keep_on_stop: "flag",
  },
  sendPhoto: { ...SEND_ONE, ...CAPTION, ...ABOVE, photo: "file", has_spoiler: "flag" },
  sendAudio: {
    ...SEND_ONE,
    ...CAPTION,
    audio: "file",
    duration: "int",
    performer: "text",
    title: "text",
    thumbnail: "file",
  },
  sendDocument: {
    ...SEND_ONE,
    ...CAPTION,
    document: "file",
    thumbnail: "file",
    disable_content_type_detection: "flag",
  },
  sendVideo: {
    ...SEND_ONE,
    ...CAPTION,
    ...ABOVE,
    ...PICTURE,
    video: "file",
    cover: "file",
    start_timestamp: "int",
    supports_streaming: "flag",
  },
  sendAnimation: { ...SEND_ONE, ...CAPTION, ...ABOVE, ...PICTURE, animation: "file" },
  sendVoice: { ...SEND_ONE, ...CAPTION, voice: "file", duration: "int" },
  sendVideoNote: { ...SEND_ONE, video_note: "file", duration: "int", length: "int", thumbnail: "file" },
  sendSticker: { ...SEND_ONE, sticker: "file", emoji: "text" },
  sendMediaGroup: { ...SEND, direct_messages_topic_id: "int", media: "json" },
  sendLocation: {
    ...SEND_ONE,
    latitude: "float",
    longitude: "float",
    horizontal_accuracy: "float",
    live_period: "int",
    heading: "int",
    proximity_alert_radius: "int",
  },
  sendContact: { ...SEND_ONE, phone_number: "text", first_name: "text", last_name: "text", vcard: "text" },
  sendChatAction: { business_connection_id: "text", chat_id: "chat", ...TOPIC, action: "text" },
  setMessageReaction: { chat_id: "chat", message_id: "int", reaction: "json", is_big: "flag" },
  forwardMessage: {
    ...COPY,
    message_id: "int",
    video_start_timestamp: "int",
    message_effect_id: "text",
    suggested_post_parameters: "json",
  },
  copyMessage: {
    ...COPY,
    ...CAPTION,
    ...ABOVE,
    message_id: "int",
    video_start_timestamp: "int",
    allow_paid_broadcast: "flag",
    message_effect_id: "text",
    suggested_post_parameters: "json",
    reply_parameters: "json",
    reply_markup: "json",
    reply_to_message_id: "int",
  },
  getFile: { file_id: "text" },
  editMessageText: { ...EDIT, ...FORMAT, text: "text", rich_message: "json" },
  editMessageCaption: { ...EDIT, ...CAPTION, ...ABOVE },
  editMessageMedia: { ...EDIT, media: "json" },
  editMessageReplyMarkup: EDIT,
  deleteMessage: { chat_id: "chat", message_id: "int" },
  deleteMessages: { chat_id: "chat", message_ids: "json" },
  pinChatMessage: {
    business_connection_id: "text",
    chat_id: "chat",
    message_id: "int",
    disable_notification: "flag",
  },
  unpinChatMessage: { business_connection_id: "text", chat_id: "chat", message_id: "int" },
  unpinAllChatMessages: { chat_id: "chat" },
  answerCallbackQuery: {
    callback_query_id: "text",
    text: "text",
    show_alert: "flag",
    url: "text",
    cache_time: "int",
  },
  setMyCommands: { ...COMMANDS, commands: "json" },
  getMyCommands: COMMANDS,
  deleteMyCommands: COMMANDS,
  setChatMenuButton: { chat_id: "int", menu_button: "json" },
  getChatMenuButton: { chat_id: "int" },
  getChat: { chat_id: "chat" },
  getChatMember: { chat_id: "chat", user_id: "int" },
  getChatMemberCount: { chat_id: "chat" },
  getChatAdministrators: { chat_id: "chat", return_bots: "flag" },
  leaveChat: { chat_id: "chat" },
  createForumTopic: { chat_id: "chat", name: "text", icon_color: "int", icon_custom_emoji_id: "text" },
  editForumTopic: { chat_id: "chat", ...TOPIC, name: "text", icon_custom_emoji_id: "text" },
  closeForumTopic: { chat_id: "chat", ...TOPIC },
  reopenForumTopic: { chat_id: "chat", ...TOPIC },
  deleteForumTopic: { chat_id: "chat", ...TOPIC },
} satisfies { [M in keyof Opts<Upload>]?: Fields<M> };

export type MethodName = keyof typeof FIELDS;
