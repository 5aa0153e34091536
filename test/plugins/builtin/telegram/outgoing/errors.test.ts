import { describe, expect, test } from "bun:test";
import { GrammyError } from "grammy";
import {
  isKind,
  movedTo,
  refusedAs,
  toChannelError,
} from "../../../../../src/plugins/builtin/telegram/outgoing/errors.ts";
import { ChannelError } from "../../../../../src/plugins/types.ts";
import { describeCallFailures } from "../../../../contracts/call-failures.ts";

type Row = readonly [status: number, description: string, code: ChannelError["code"], sentence: string];

function refusal(error_code: number, description: string, parameters = {}) {
  const answer = { ok: false, error_code, description, parameters } as const;
  return new GrammyError("Call failed!", answer, "sendMessage", {});
}

/** The literal answers of Telegram's server that are final. */
const FINAL: readonly Row[] = [
  [
    400,
    'Bad Request: can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
    "format-refused",
    'Telegram does not take the formatting: can\'t parse entities: Unsupported start tag "h1" at byte offset 0.',
  ],
  [
    400,
    "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
    "format-refused",
    "Telegram does not take the formatting: can't parse entities: Can't find end tag corresponding to start tag \"b\".",
  ],
  [400, "Bad Request: message text is empty", "format-refused", "Nothing of the text would be seen."],
  [400, "Bad Request: text must be non-empty", "format-refused", "Nothing of the text would be seen."],
  [
    400,
    "Bad Request: message is too long",
    "too-long",
    "It is too long or too big for Telegram: message is too long.",
  ],
  [
    400,
    "Bad Request: message caption is too long",
    "too-long",
    "It is too long or too big for Telegram: message caption is too long.",
  ],
  [
    400,
    "Bad Request: MESSAGE_TOO_LONG",
    "too-long",
    "It is too long or too big for Telegram: MESSAGE_TOO_LONG.",
  ],
  [
    413,
    "Request Entity Too Large",
    "too-long",
    "It is too long or too big for Telegram: Request Entity Too Large.",
  ],
  [400, "Bad Request: message to edit not found", "not-found", "The message is not there any more."],
  [400, "Bad Request: message to delete not found", "not-found", "The message is not there any more."],
  [400, "Bad Request: message to be replied not found", "not-found", "The message is not there any more."],
  [400, "Bad Request: message to react not found", "not-found", "The message is not there any more."],
  [400, "Bad Request: message to pin not found", "not-found", "The message is not there any more."],
  [400, "Bad Request: MESSAGE_ID_INVALID", "not-found", "The message is not there any more."],
  [
    400,
    "Bad Request: message can't be edited",
    "not-found",
    "Telegram does not let the message be changed, perhaps because of its age: message can't be edited.",
  ],
  [
    400,
    "Bad Request: message can't be deleted for everyone",
    "not-found",
    "Telegram does not let the message be changed, perhaps because of its age: message can't be deleted for everyone.",
  ],
  [
    400,
    "Bad Request: chat not found",
    "not-found",
    "Telegram does not know this chat, or the bot has never been in it: chat not found.",
  ],
  [
    400,
    "Bad Request: PEER_ID_INVALID",
    "not-found",
    "Telegram does not know this chat, or the bot has never been in it: PEER_ID_INVALID.",
  ],
  [
    400,
    "Bad Request: message thread not found",
    "not-found",
    "Telegram does not know this chat, or the bot has never been in it: message thread not found.",
  ],
  [
    400,
    "Bad Request: not enough rights to send text messages to the chat",
    "forbidden",
    "The bot may not do this in the chat: not enough rights to send text messages to the chat.",
  ],
  [
    400,
    "Bad Request: not enough rights to manage pinned messages in the chat",
    "forbidden",
    "The bot may not do this in the chat: not enough rights to manage pinned messages in the chat.",
  ],
  [
    400,
    "Bad Request: CHAT_WRITE_FORBIDDEN",
    "forbidden",
    "The bot may not do this in the chat: CHAT_WRITE_FORBIDDEN.",
  ],
  [400, "Bad Request: TOPIC_CLOSED", "forbidden", "The bot may not do this in the chat: TOPIC_CLOSED."],
  [403, "Forbidden: bot was blocked by the user", "forbidden", "The person has blocked the bot."],
  [
    403,
    "Forbidden: bot was kicked from the supergroup chat",
    "forbidden",
    "The bot is no member of this chat any more.",
  ],
  [
    403,
    "Forbidden: bot is not a member of the supergroup chat",
    "forbidden",
    "The bot is no member of this chat any more.",
  ],
  [403, "Forbidden: user is deactivated", "forbidden", "The account or group does not exist any more."],
  [
    403,
    "Forbidden: the group chat was deleted",
    "forbidden",
    "The account or group does not exist any more.",
  ],
  [
    403,
    "Forbidden: bot can't initiate conversation with a user",
    "forbidden",
    "The person has to write to the bot first.",
  ],
  [
    403,
    "Forbidden: bot can't send messages to bots",
    "forbidden",
    "Telegram does not allow it: bot can't send messages to bots.",
  ],
  [401, "Unauthorized", "unauthorized", "Telegram does not know the bot's token."],
  [404, "Not Found", "unauthorized", "Telegram does not know the bot's token."],
  [404, "Not Found: method not found", "forbidden", "This Bot API server is too old for it."],
  [400, "Bad Request: REACTION_INVALID", "forbidden", "This reaction is not possible here."],
  [
    400,
    "Bad Request: PHOTO_INVALID_DIMENSIONS",
    "not-found",
    "Telegram does not take the file as a photo: PHOTO_INVALID_DIMENSIONS.",
  ],
  [
    400,
    "Bad Request: wrong remote file identifier specified: Wrong string length",
    "not-found",
    "Telegram does not take the file: wrong remote file identifier specified: Wrong string length.",
  ],
  [400, "Bad Request: BUTTON_DATA_INVALID", "forbidden", "Telegram refused it: BUTTON_DATA_INVALID."],
];

describe("an answer of Telegram's server", () => {
  test.each(FINAL)("%d %s is final, and says so in plain words", (status, description, code, sentence) => {
    const error = toChannelError(refusal(status, description), "sendMessage");
    expect(error).toBeInstanceOf(ChannelError);
    expect({ code: error.code, message: error.message }).toEqual({ code, message: sentence });
    expect({ retry: error.retry, outcome: error.outcome }).toEqual({
      retry: "never",
      outcome: "did-not-happen",
    });
  });

  test("429 is tried again after the time that it names, for edits as for new messages", () => {
    const limited = refusal(429, "Too Many Requests: retry after 7", { retry_after: 7 });
    for (const method of ["sendMessage", "editMessageText"]) {
      expect(toChannelError(limited, method)).toMatchObject({
        code: "rate-limited",
        retry: { afterMs: 7000 },
        outcome: "did-not-happen",
      });
    }
    expect(toChannelError(refusal(429, "Too Many Requests"), "sendMessage").retry).toEqual({ afterMs: 5000 });
  });

  test.each([
    [500, "Internal Server Error: restart"],
    [502, "Bad Gateway"],
  ])("%d leaves a new message in doubt, while what may be repeated is repeated", (status, description) => {
    const failed = refusal(status, description);
    expect(toChannelError(failed, "sendMessage")).toMatchObject({ retry: "now", outcome: "unknown" });
    expect(toChannelError(failed, "sendMediaGroup").outcome).toBe("unknown");
    for (const method of [
      "editMessageText",
      "deleteMessage",
      "setMessageReaction",
      "pinChatMessage",
      "sendChatAction",
      "sendMessageDraft",
      "sendRichMessageDraft",
      "setMyCommands",
    ]) {
      expect(toChannelError(failed, method)).toMatchObject({ retry: "now", outcome: "did-not-happen" });
    }
  });

  test("that somebody else polls is tried again after a while", () => {
    const rival =
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    expect(toChannelError(refusal(409, rival), "getUpdates")).toMatchObject({ retry: { afterMs: 3000 } });
    expect(refusedAs(refusal(409, rival))).toBe("conflict");
  });

  test("names the supergroup that a group has become", () => {
    const moved = refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {
      migrate_to_chat_id: -1001234,
    });
    expect(movedTo(moved)).toBe("-1001234");
    expect(movedTo(refusal(400, "Bad Request: chat not found"))).toBeUndefined();
    expect(toChannelError(moved, "sendMessage").code).toBe("not-found");
  });

  test("that a message looks so already is told apart from a message that is gone", () => {
    const same =
      "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";
    expect(isKind(toChannelError(refusal(400, same), "editMessageText"), "not-modified")).toBe(true);
    expect(refusedAs(refusal(400, same))).toBe("not-modified");
  });
});

describeCallFailures({
  platform: "Telegram",
  ofNew: (error) => toChannelError(error, "sendMessage"),
  ofRepeatable: (error) => toChannelError(error, "editMessageText"),
});

test("an error that is one of the port's already stays as it is, and a fault of our own becomes one", () => {
  const known = new ChannelError("forbidden", "x");
  expect(toChannelError(known, "sendMessage")).toBe(known);
  expect(toChannelError(new TypeError("oops"), "sendMessage")).toBeInstanceOf(ChannelError);
});
