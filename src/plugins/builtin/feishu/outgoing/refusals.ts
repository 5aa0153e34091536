import { type Refusal, refusalIn, type RefusalRow } from "../../../refusals.ts";
import type { FeishuRefusal } from "./refusal-answer.ts";

export type RefusalKind =
  | "rate-limited"
  | "quota"
  | "bad-token"
  | "bad-app"
  | "no-scope"
  | "bot-off"
  | "not-in-chat"
  | "chat-gone"
  | "no-rights"
  | "too-long"
  | "content"
  | "edits-used"
  | "too-old"
  | "message-gone"
  | "wrong-type"
  | "bad-card"
  | "busy"
  | "sequence"
  | "done-before"
  | "stream-closed"
  | "card-gone"
  | "bad-file"
  | "bad-reaction"
  | "too-many-connections"
  | "server"
  | "bad-request"
  | "other";

/** The first row that fits decides. */
const ROWS: readonly RefusalRow<RefusalKind>[] = [
  {
    kind: "rate-limited",
    status: [429],
    code: "rate-limited",
    // Feishu names the time; this is for an answer that does not.
    retry: { afterMs: 1000 },
    says: "Feishu wants fewer calls for a while.",
  },
  {
    kind: "rate-limited",
    // Of the app; in a chat; and the two that an older interface has for the same.
    codes: [99991400, 230020, 11232, 11233],
    code: "rate-limited",
    retry: { afterMs: 1000 },
    says: "Feishu wants fewer calls for a while.",
  },
  {
    kind: "quota",
    codes: [99991403],
    code: "forbidden",
    says: "The calls that Feishu allows the organisation in a month are used up; a bigger plan has more of them.",
  },
  {
    kind: "bad-token",
    codes: [99991661, 99991663, 99991664, 99991668, 99991671],
    code: "unauthorized",
    says: (detail) => `Feishu does not know the token that it has given us: ${detail}.`,
  },
  {
    kind: "bad-app",
    codes: [10003, 10012, 10014, 10015, 99991543, 99991662],
    code: "unauthorized",
    says: (detail) =>
      `Feishu does not know the app by its appId and appSecret, or the app is off: ${detail}.`,
  },
  {
    kind: "no-rights",
    codes: [99991401],
    code: "forbidden",
    says: "The app may be used from certain addresses only, and this computer's is none of them; the developer console has the list.",
  },
  {
    kind: "no-scope",
    codes: [99991672, 99991676, 99991679, 230027],
    code: "forbidden",
    says: (detail) => `The app lacks a permission of Feishu's: ${detail}.`,
  },
  {
    kind: "bot-off",
    codes: [230006, 234007],
    code: "forbidden",
    says: "The app has no bot; switch the bot on in Feishu's developer console and publish a version.",
  },
  {
    kind: "not-in-chat",
    codes: [230002, 231002, 231008, 232011],
    code: "forbidden",
    says: "The bot is no member of this chat.",
  },
  {
    kind: "chat-gone",
    codes: [232009, 231004, 230034],
    code: "not-found",
    says: (detail) => `Feishu does not know this chat, or it is no more: ${detail}.`,
  },
  {
    kind: "no-rights",
    codes: [230013, 231022, 230029],
    code: "forbidden",
    says: "The app is not available to this person; the developer console says to whom it is.",
  },
  {
    kind: "no-rights",
    codes: [230053],
    code: "forbidden",
    says: "The person has stopped the bot from sending messages.",
  },
  {
    kind: "no-rights",
    codes: [230018, 230035, 230036, 230038, 231019, 231020, 231021, 234041, 234042],
    code: "forbidden",
    says: (detail) => `The bot may not do this in the chat: ${detail}.`,
  },
  {
    kind: "too-long",
    codes: [230025, 200860, 234006],
    code: "too-long",
    says: (detail) => `It is too long or too big for Feishu: ${detail}.`,
  },
  {
    kind: "too-long",
    status: [413],
    code: "too-long",
    says: "It is too big for Feishu's server.",
  },
  {
    kind: "content",
    codes: [230022, 230028],
    code: "forbidden",
    says: (detail) => `The organisation's rules do not let the message through: ${detail}.`,
  },
  {
    kind: "edits-used",
    codes: [230072],
    code: "not-found",
    says: "Feishu lets a message be changed 20 times only.",
  },
  {
    kind: "too-old",
    codes: [230012, 230026, 230031, 230071, 230073, 230074, 230075],
    code: "not-found",
    says: (detail) => `Feishu does not let the message be changed, perhaps because of its age: ${detail}.`,
  },
  {
    kind: "message-gone",
    codes: [230110, 230011, 230019, 230050, 231003, 231005, 231007, 231010, 231018],
    code: "not-found",
    says: "The message is not there any more.",
  },
  {
    kind: "wrong-type",
    codes: [230001],
    text: /is not a card|can't be changed/i,
    code: "not-found",
    says: (detail) => `Feishu does not do this with this kind of message: ${detail}.`,
  },
  {
    kind: "wrong-type",
    codes: [230054, 231017],
    code: "not-found",
    says: (detail) => `Feishu does not do this with this kind of message here: ${detail}.`,
  },
  {
    kind: "busy",
    codes: [230099],
    text: /action is lock/i,
    code: "unreachable",
    retry: { afterMs: 1000 },
    says: "Somebody is pressing a button of the message.",
  },
  {
    kind: "busy",
    codes: [200810],
    code: "unreachable",
    retry: { afterMs: 1000 },
    says: "Somebody is pressing a button of the message.",
  },
  {
    kind: "busy",
    codes: [230049, 231015],
    code: "unreachable",
    retry: { afterMs: 1000 },
    isUncertain: true,
    says: "Feishu is still busy with an earlier attempt at the same.",
  },
  {
    kind: "bad-card",
    codes: [
      230099, 200220, 200621, 200550, 200570, 200861, 300301, 300302, 300303, 300305, 300307, 300313, 300314,
      300315,
    ],
    code: "format-refused",
    says: (detail) => `Feishu does not take the formatting: ${detail}.`,
  },
  {
    kind: "sequence",
    codes: [300317],
    code: "unreachable",
    retry: { afterMs: 1000 },
    says: "A later change of the message came before this one.",
  },
  {
    kind: "done-before",
    codes: [200770],
    code: "unreachable",
    retry: { afterMs: 1000 },
    says: "Feishu has done this before.",
  },
  {
    kind: "stream-closed",
    codes: [200850, 300309],
    code: "unreachable",
    retry: "now",
    says: "Feishu has ended the message's growing.",
  },
  {
    kind: "card-gone",
    codes: [200740, 200750, 300311],
    code: "not-found",
    says: (detail) => `The message's card cannot be changed any more: ${detail}.`,
  },
  {
    kind: "bad-file",
    codes: [234001, 234002, 234010, 234011, 234038, 230017, 230055, 300240],
    code: "not-found",
    says: (detail) => `Feishu does not take the file: ${detail}.`,
  },
  {
    kind: "bad-reaction",
    codes: [231001],
    code: "forbidden",
    says: "Feishu has no such reaction.",
  },
  {
    kind: "too-many-connections",
    codes: [1000040350],
    code: "unreachable",
    retry: { afterMs: 60_000 },
    says: "The app has as many connections to Feishu as it may have; end the other programs that use it.",
  },
  {
    kind: "server",
    status: [500, 501, 502, 503, 504],
    code: "unreachable",
    retry: "now",
    isUncertain: true,
    says: (detail) => `Feishu has a fault of its own at the moment: ${detail}.`,
  },
  {
    kind: "server",
    codes: [300120, 232096, 1500, 1663, 99991001],
    code: "unreachable",
    retry: "now",
    isUncertain: true,
    says: (detail) => `Feishu has a fault of its own at the moment: ${detail}.`,
  },
  {
    kind: "bad-request",
    codes: [230001, 10002, 99992351, 99992354, 99992402, 9499],
    code: "forbidden",
    says: (detail) => `Feishu does not understand the call: ${detail}.`,
  },
];

const OTHER: RefusalRow<RefusalKind> = {
  kind: "other",
  code: "forbidden",
  says: (detail) => `Feishu refused it: ${detail}.`,
};

/**
 * Whether a refusal of `call` is for the app as a whole, whatever the chat. Of calls for cards it is not known whether
 * one card has had too many of them or the app, which has a count of its own for each kind of call.
 */
export function isForAll({ code, status }: FeishuRefusal, call: string): boolean {
  if (code === 99991400 && call.includes("/cardkit/")) return false;
  return code === 99991400 || code === 99991403 || code === 11232 || (status === 429 && code !== 230020);
}

/** The meaning of what Feishu answered. */
export function refusalOf({ status, code, detail }: FeishuRefusal): Refusal<RefusalKind> {
  return refusalIn(ROWS, OTHER, { status, number: code, text: detail });
}
