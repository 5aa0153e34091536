import { describe, expect, test } from "bun:test";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import {
  DiscordRefusal,
  refusalIn,
  tooMany,
} from "../../../../../src/plugins/builtin/discord/outgoing/discord-refusal.ts";
import {
  isKind,
  refusedAs,
  toChannelError,
} from "../../../../../src/plugins/builtin/discord/outgoing/errors.ts";
import { ChannelError } from "../../../../../src/plugins/types.ts";
import { describeCallFailures } from "../../../../contracts/call-failures.ts";

type Row = readonly [status: number, body: object, code: ChannelError["code"], sentence: string];

function refusal(status: number, body: object): DiscordRefusal {
  return refusalIn(status, JSON.stringify(body)) ?? expect.unreachable("no refusal");
}

function field(path: string, code: string, message: string): object {
  let errors: object = { _errors: [{ code, message }] };
  for (const part of path.split(".").toReversed()) errors = { [part]: errors };
  return { message: "Invalid Form Body", code: 50035, errors };
}

/** The literal answers of Discord that are final. */
const FINAL: readonly Row[] = [
  [
    401,
    { message: "401: Unauthorized", code: 0 },
    "unauthorized",
    "Discord does not know the bot's token; take a new one from the Developer Portal, page Bot.",
  ],
  [
    403,
    { message: "Missing Access", code: 50001 },
    "forbidden",
    "The bot cannot see this channel: it needs the permission View Channel, or is not in the server.",
  ],
  [
    403,
    { message: "Missing Permissions", code: 50013 },
    "forbidden",
    "The bot may not do this in the channel: Missing Permissions.",
  ],
  [
    400,
    { message: "Cannot send messages in a non-text channel", code: 50008 },
    "forbidden",
    "The bot may not do this in the channel: Cannot send messages in a non-text channel.",
  ],
  [
    404,
    { message: "Unknown Channel", code: 10003 },
    "not-found",
    "Discord does not know this chat, or the bot has never been in it: Unknown Channel.",
  ],
  [
    400,
    { message: "Invalid Recipient(s)", code: 50033 },
    "not-found",
    "Discord does not know this chat, or the bot has never been in it: Invalid Recipient(s).",
  ],
  [404, { message: "Unknown Message", code: 10008 }, "not-found", "The message is not there any more."],
  [
    404,
    { message: "Unknown Thing", code: 10099 },
    "not-found",
    "Discord does not know it any more: Unknown Thing.",
  ],
  [
    400,
    field("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."),
    "too-long",
    "It is too long for Discord: Invalid Form Body; content[BASE_TYPE_MAX_LENGTH]: Must be 2000 or fewer in length.",
  ],
  [
    400,
    field("components.0.components.0.label", "BASE_TYPE_BAD_TYPE", "No."),
    "format-refused",
    "Discord does not take the message as it is: Invalid Form Body; components.0.components.0.label[BASE_TYPE_BAD_TYPE]: No.",
  ],
  [
    400,
    field("channel_id", "NUMBER_TYPE_COERCE", 'Value "x" is not snowflake.'),
    "not-found",
    "Discord has no chat with such an id: ids are long numbers.",
  ],
  [
    400,
    field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message"),
    "not-found",
    "The message that this answers is not there any more.",
  ],
  [
    400,
    { message: "Cannot send an empty message", code: 50006 },
    "format-refused",
    "Nothing of the text would be seen.",
  ],
  [
    413,
    { message: "Request entity too large", code: 40005 },
    "too-long",
    "The file is bigger than this server takes.",
  ],
  [
    413,
    { message: "Payload Too Large", code: 0 },
    "too-long",
    "The files are bigger than Discord takes in one message.",
  ],
  [
    403,
    { message: "Cannot send messages to this user", code: 50007 },
    "forbidden",
    "The person takes no private messages from the bot: they have blocked it, allow none, or share no server with it.",
  ],
  [
    403,
    { message: "Cannot edit a message authored by another user", code: 50005 },
    "not-found",
    "Discord does not let the bot change what somebody else has written.",
  ],
  [
    400,
    { message: "Maximum number of pins reached (50)", code: 30003 },
    "forbidden",
    "The channel has as many pinned messages as it can have; unpin some.",
  ],
  [
    400,
    { message: "Maximum number of reactions reached (20)", code: 30010 },
    "forbidden",
    "Discord takes no more of these: Maximum number of reactions reached (20).",
  ],
  [
    400,
    { message: "Thread is archived", code: 50083 },
    "forbidden",
    "The thread is archived or locked: somebody who may has to open it again.",
  ],
  [
    403,
    { message: "Thread is locked", code: 160005 },
    "forbidden",
    "The thread is archived or locked: somebody who may has to open it again.",
  ],
  [
    400,
    { message: "Unknown Emoji", code: 10014 },
    "forbidden",
    "Discord does not know this emoji, or the bot may not use it here.",
  ],
  [
    400,
    { message: "Message was blocked by automatic moderation", code: 200000 },
    "forbidden",
    "Rules of the server or of Discord forbid it: Message was blocked by automatic moderation.",
  ],
  [
    403,
    { message: "Cannot execute action on a DM channel", code: 50003 },
    "forbidden",
    "Discord does not allow it: Cannot execute action on a DM channel.",
  ],
  [404, { message: "404: Not Found", code: 0 }, "forbidden", "Discord does not know this call."],
  [
    404,
    { message: "Unknown interaction", code: 10062 },
    "not-found",
    "What somebody pressed or picked there cannot be answered any more.",
  ],
  [
    401,
    { message: "Invalid Webhook Token", code: 50027 },
    "not-found",
    "What somebody pressed or picked there cannot be answered any more.",
  ],
  [400, { message: "Something new", code: 99999 }, "forbidden", "Discord refused it: Something new."],
];

describe("an answer of Discord", () => {
  test.each(FINAL)("%d %j is final, and says so in plain words", (status, body, code, sentence) => {
    const error = toChannelError(refusal(status, body), false);
    expect(error).toBeInstanceOf(ChannelError);
    expect({ code: error.code, message: error.message }).toEqual({ code, message: sentence });
    expect({ retry: error.retry, outcome: error.outcome }).toEqual({
      retry: "never",
      outcome: "did-not-happen",
    });
  });

  test("429 is tried again after the time that it names, for edits as for new messages", () => {
    const body = JSON.stringify({ message: "You are being rate limited.", retry_after: 0.35, global: false });
    for (const mayRepeat of [true, false]) {
      expect(toChannelError(tooMany(new Headers(), body), mayRepeat)).toMatchObject({
        code: "rate-limited",
        retry: { afterMs: 350 },
        outcome: "did-not-happen",
        isAccountWide: false,
      });
    }
    const unnamed = tooMany(new Headers(), JSON.stringify({ message: "You are being rate limited." }));
    expect(toChannelError(unnamed, false).retry).toEqual({ afterMs: 5000 });
  });

  test.each([
    [20028, "The write action you are performing on the channel has hit the write rate limit."],
    [30046, "Maximum number of edits to messages older than 1 hour reached. Try again later."],
    [130000, "API resource is currently overloaded. Try again a little later."],
  ])("%d is a limit too, although its status does not say so", (code, message) => {
    expect(toChannelError(refusal(400, { message, code }), false)).toMatchObject({
      code: "rate-limited",
      retry: { afterMs: 10_000 },
    });
  });

  test.each([500, 502, 503, 504])("%d leaves a new message in doubt, and nothing else", (status) => {
    const failed = refusal(status, { message: "Internal Server Error", code: 0 });
    expect(toChannelError(failed, false)).toMatchObject({
      code: "unreachable",
      retry: "now",
      outcome: "unknown",
    });
    expect(toChannelError(failed, true)).toMatchObject({ retry: "now", outcome: "did-not-happen" });
  });

  test("is known to those who make calls themselves", () => {
    expect(refusedAs(refusal(404, { message: "Unknown Channel", code: 10003 }))).toBe("chat-gone");
    expect(refusedAs(new CallFailure("cut-off", "x"))).toBeUndefined();
    expect(isKind(toChannelError(refusal(404, { message: "x", code: 10008 }), true), "message-gone")).toBe(
      true,
    );
  });

  test("that is a page is none", () => {
    for (const page of ["<html>", "", "null", "[]", '"x"', '{"error":"x"}'])
      expect(refusalIn(403, page)).toBeUndefined();
  });
});

describeCallFailures({
  platform: "Discord",
  ofNew: (error) => toChannelError(error, false),
  ofRepeatable: (error) => toChannelError(error, true),
});

test("an error that is one of the port's already stays as it is, and a fault of our own becomes one", () => {
  const known = new ChannelError("forbidden", "x");
  expect(toChannelError(known, false)).toBe(known);
  const fault = toChannelError(new TypeError("undefined is not a function"), true);
  expect(fault).toMatchObject({ code: "unreachable", retry: "never", kind: "fault" });
});
