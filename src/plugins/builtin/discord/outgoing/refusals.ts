import { type Refusal, refusalIn, type RefusalRow } from "../../../refusals.ts";

export type RefusalKind =
  | "rate-limited"
  | "bad-token"
  | "too-long"
  | "file-too-big"
  | "empty"
  | "format"
  | "message-gone"
  | "chat-gone"
  | "no-access"
  | "no-rights"
  | "cannot-answer"
  | "dm-closed"
  | "not-ours"
  | "archived"
  | "full"
  | "bad-emoji"
  | "blocked-content"
  | "interaction-over"
  | "thread-exists"
  | "unknown-route"
  | "server"
  | "other";

/** The first row that fits decides. The numbers are those of Discord's “JSON error codes”. */
const ROWS: readonly RefusalRow<RefusalKind>[] = [
  {
    kind: "rate-limited",
    status: [429],
    code: "rate-limited",
    // Discord names the time; this is for an answer that does not.
    retry: { afterMs: 5000 },
    says: "Discord wants fewer calls for a while.",
  },
  {
    kind: "rate-limited",
    codes: [20016, 20022, 20028, 20029, 30046, 40062, 130000],
    code: "rate-limited",
    retry: { afterMs: 10_000 },
    says: (detail) => `Discord wants fewer calls for a while: ${detail}.`,
  },
  {
    kind: "interaction-over",
    codes: [10015, 10062, 40060, 50027],
    code: "not-found",
    says: "What somebody pressed or picked there cannot be answered any more.",
  },
  {
    kind: "bad-token",
    status: [401],
    code: "unauthorized",
    says: "Discord does not know the bot's token; take a new one from the Developer Portal, page Bot.",
  },
  {
    kind: "file-too-big",
    codes: [40005],
    code: "too-long",
    says: "The file is bigger than this server takes.",
  },
  {
    kind: "file-too-big",
    status: [413],
    code: "too-long",
    says: "The files are bigger than Discord takes in one message.",
  },
  {
    kind: "too-long",
    codes: [50035],
    text: /BASE_TYPE_MAX_LENGTH|BASE_TYPE_BAD_LENGTH|MAX_EMBED_SIZE_EXCEEDED/,
    code: "too-long",
    says: (detail) => `It is too long for Discord: ${detail}.`,
  },
  {
    kind: "empty",
    codes: [50006],
    code: "format-refused",
    says: "Nothing of the text would be seen.",
  },
  {
    kind: "message-gone",
    codes: [50035],
    text: /message_reference.*UNKNOWN_MESSAGE|MESSAGE_REFERENCE_UNKNOWN_MESSAGE/i,
    code: "not-found",
    says: "The message that this answers is not there any more.",
  },
  {
    kind: "chat-gone",
    codes: [50035],
    text: /NUMBER_TYPE_COERCE|NUMBER_TYPE_MAX|not snowflake/i,
    code: "not-found",
    says: "Discord has no chat with such an id: ids are long numbers.",
  },
  {
    kind: "format",
    codes: [50035, 50109],
    code: "format-refused",
    says: (detail) => `Discord does not take the message as it is: ${detail}.`,
  },
  {
    kind: "message-gone",
    codes: [10008, 50021],
    code: "not-found",
    says: "The message is not there any more.",
  },
  {
    kind: "chat-gone",
    codes: [10003, 10004, 10013, 50033],
    code: "not-found",
    says: (detail) => `Discord does not know this chat, or the bot has never been in it: ${detail}.`,
  },
  {
    kind: "no-access",
    codes: [50001],
    code: "forbidden",
    says: "The bot cannot see this channel: it needs the permission View Channel, or is not in the server.",
  },
  {
    kind: "no-rights",
    codes: [50013, 50008, 50024, 40058],
    code: "forbidden",
    says: (detail) => `The bot may not do this in the channel: ${detail}.`,
  },
  {
    kind: "cannot-answer",
    codes: [160002],
    code: "forbidden",
    says: "The bot may not answer messages here: it needs the permission Read Message History.",
  },
  {
    kind: "dm-closed",
    codes: [50007, 20026, 50278],
    code: "forbidden",
    says: "The person takes no private messages from the bot: they have blocked it, allow none, or share no server with it.",
  },
  {
    kind: "not-ours",
    codes: [50005],
    code: "not-found",
    says: "Discord does not let the bot change what somebody else has written.",
  },
  {
    kind: "archived",
    codes: [50083, 160005],
    code: "forbidden",
    says: "The thread is archived or locked: somebody who may has to open it again.",
  },
  {
    kind: "full",
    codes: [30003],
    code: "forbidden",
    says: "The channel has as many pinned messages as it can have; unpin some.",
  },
  {
    kind: "full",
    codes: [30010, 30033, 160006, 160007, 30034],
    code: "forbidden",
    says: (detail) => `Discord takes no more of these: ${detail}.`,
  },
  {
    kind: "bad-emoji",
    codes: [10014],
    code: "forbidden",
    says: "Discord does not know this emoji, or the bot may not use it here.",
  },
  {
    kind: "blocked-content",
    codes: [200000, 200001, 240000, 90001],
    code: "forbidden",
    says: (detail) => `Rules of the server or of Discord forbid it: ${detail}.`,
  },
  {
    kind: "thread-exists",
    codes: [160004],
    code: "forbidden",
    says: "The message has a thread already.",
  },
  {
    kind: "server",
    codes: [40333],
    code: "unreachable",
    retry: "now",
    says: (detail) => `Discord has a fault of its own at the moment: ${detail}.`,
  },
  {
    kind: "unknown-route",
    status: [404, 405],
    codes: [0],
    code: "forbidden",
    says: "Discord does not know this call.",
  },
  {
    kind: "server",
    status: [500, 501, 502, 503, 504],
    code: "unreachable",
    retry: "now",
    isUncertain: true,
    says: (detail) => `Discord has a fault of its own at the moment: ${detail}.`,
  },
  {
    kind: "message-gone",
    status: [404],
    code: "not-found",
    says: (detail) => `Discord does not know it any more: ${detail}.`,
  },
  {
    kind: "no-rights",
    status: [403],
    code: "forbidden",
    says: (detail) => `Discord does not allow it: ${detail}.`,
  },
];

const OTHER: RefusalRow<RefusalKind> = {
  kind: "other",
  code: "forbidden",
  says: (detail) => `Discord refused it: ${detail}.`,
};

/** The meaning of what Discord answered. */
export function refusalOf(answer: {
  readonly status: number;
  readonly number: number | undefined;
  readonly message: string;
}): Refusal<RefusalKind> {
  return refusalIn(ROWS, OTHER, { status: answer.status, number: answer.number, text: answer.message });
}
