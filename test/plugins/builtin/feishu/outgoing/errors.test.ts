import { describe, expect, test } from "bun:test";
import {
  isKind,
  refusedAs,
  toChannelError,
} from "../../../../../src/plugins/builtin/feishu/outgoing/errors.ts";
import { FeishuRefusal, NoToken } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { ChannelError } from "../../../../../src/plugins/types.ts";

type Row = readonly [
  status: number,
  number: number,
  msg: string,
  code: ChannelError["code"],
  sentence: string,
];

const refusal = (status: number, code: number, msg: string, error?: unknown, waitMs?: number) =>
  new FeishuRefusal(status, { code, msg, error }, waitMs);
const once = { mayRepeat: false };

/** The literal answers of Feishu's servers that are final. */
const FINAL: readonly Row[] = [
  [
    400,
    99991403,
    "This month's API call quota has been exceeded",
    "forbidden",
    "The calls that Feishu allows the organisation in a month are used up; a bigger plan has more of them.",
  ],
  [
    400,
    99991663,
    "Invalid access token for authorization. Please make a request with token attached.",
    "unauthorized",
    "Feishu does not know the token that it has given us: Invalid access token for authorization. Please make a request with token attached. (99991663).",
  ],
  [
    200,
    10014,
    "app secret invalid",
    "unauthorized",
    "Feishu does not know the app by its appId and appSecret, or the app is off: app secret invalid (10014).",
  ],
  [
    400,
    99991672,
    "Access denied. One of the following scopes is required: [im:message, im:message:send_as_bot].应用尚未开通所需的应用身份权限：[im:message, im:message:send_as_bot]，点击链接申请并开通任一权限即可：https://open.feishu.cn/app/cli_1/auth?q=im:message",
    "forbidden",
    "The app lacks a permission of Feishu's: im:message or im:message:send_as_bot (grant it in the developer console and publish a version).",
  ],
  [
    400,
    230027,
    "Lack of necessary permissions, ext=need scope: im:message.group_msg",
    "forbidden",
    "The app lacks a permission of Feishu's: Lack of necessary permissions, ext=need scope: im:message.group_msg (230027).",
  ],
  [
    400,
    230006,
    "Bot ability is not activated.",
    "forbidden",
    "The app has no bot; switch the bot on in Feishu's developer console and publish a version.",
  ],
  [400, 230002, "Bot/User can NOT be out of the chat.", "forbidden", "The bot is no member of this chat."],
  [
    400,
    232009,
    "Chat has already been dissolved.",
    "not-found",
    "Feishu does not know this chat, or it is no more: Chat has already been dissolved. (232009).",
  ],
  [
    400,
    230013,
    "Bot has NO availability to this user.",
    "forbidden",
    "The app is not available to this person; the developer console says to whom it is.",
  ],
  [
    400,
    230053,
    "The user has stopped the bot from sending messages.",
    "forbidden",
    "The person has stopped the bot from sending messages.",
  ],
  [
    400,
    230018,
    "These operations are NOT allowed at current group settings.",
    "forbidden",
    "The bot may not do this in the chat: These operations are NOT allowed at current group settings. (230018).",
  ],
  [
    400,
    230025,
    "The length of the message content reaches its limit.",
    "too-long",
    "It is too long or too big for Feishu: The length of the message content reaches its limit. (230025).",
  ],
  [
    400,
    200860,
    "Card content exceeds limit.",
    "too-long",
    "It is too long or too big for Feishu: Card content exceeds limit. (200860).",
  ],
  [
    400,
    230028,
    "The messages do NOT pass the audit, ext=contain sensitive data: EMAIL_ADDRESS",
    "forbidden",
    "The organisation's rules do not let the message through: The messages do NOT pass the audit, ext=contain sensitive data: EMAIL_ADDRESS (230028).",
  ],
  [
    400,
    230072,
    "The message has reached the number of times it can be edited.",
    "not-found",
    "Feishu lets a message be changed 20 times only.",
  ],
  [
    400,
    230075,
    "The message has exceeded the time that can be edited.",
    "not-found",
    "Feishu does not let the message be changed, perhaps because of its age: The message has exceeded the time that can be edited. (230075).",
  ],
  [
    400,
    230110,
    "Action unavailable as the message has been deleted.",
    "not-found",
    "The message is not there any more.",
  ],
  [400, 230011, "The message was recalled.", "not-found", "The message is not there any more."],
  [
    400,
    231003,
    "The message is not found, maybe not exist or deleted.",
    "not-found",
    "The message is not there any more.",
  ],
  [
    400,
    230054,
    "This operation is not supported for this message type.",
    "not-found",
    "Feishu does not do this with this kind of message here: This operation is not supported for this message type. (230054).",
  ],
  [
    400,
    230099,
    "Failed to create card content, ext=ErrCode: 200621; ErrMsg: parse card json err; ",
    "format-refused",
    "Feishu does not take the formatting: Failed to create card content, ext=ErrCode: 200621; ErrMsg: parse card json err; (230099).",
  ],
  [
    400,
    200750,
    "The card entity has expired",
    "not-found",
    "The message's card cannot be changed any more: The card entity has expired (200750).",
  ],
  [
    400,
    230055,
    "The type of file upload does not match the type of message being sent.",
    "not-found",
    "Feishu does not take the file: The type of file upload does not match the type of message being sent. (230055).",
  ],
  [400, 231001, "reaction type is invalid.", "forbidden", "Feishu has no such reaction."],
  [
    400,
    230001,
    "Your request contains an invalid request parameter, ext=invalid receive_id",
    "forbidden",
    "Feishu does not understand the call: Your request contains an invalid request parameter, ext=invalid receive_id (230001).",
  ],
  [400, 123456, "something new", "forbidden", "Feishu refused it: something new (123456)."],
  [400, 123456, "", "forbidden", "Feishu refused it: no reason given (123456)."],
];

describe("an answer of Feishu's servers", () => {
  test.each(FINAL)("%d %d %s is final, and says so in plain words", (status, number, msg, code, sentence) => {
    const error = toChannelError(refusal(status, number, msg), "send", once);
    expect(error).toBeInstanceOf(ChannelError);
    expect({ code: error.code, message: error.message }).toEqual({ code, message: sentence });
    expect({ retry: error.retry, outcome: error.outcome }).toEqual({
      retry: "never",
      outcome: "did-not-happen",
    });
  });

  test.each([0, 1])("of any length is told without half of a character (%d)", (before) => {
    const words = "x".repeat(before) + "😀".repeat(400);
    expect(toChannelError(refusal(400, 1, words), "send").message.isWellFormed()).toBe(true);
  });

  test.each([
    [429, 99991400, true],
    [400, 99991400, true],
    [429, 230020, false],
    [400, 230020, false],
    [400, 11232, true],
    [400, 11233, false],
  ])(
    "%d %d is tried again after the time that it names, and holds back whom it means",
    (status, code, isAll) => {
      const limited = refusal(status, code, "limit", undefined, 7000);
      for (const mayRepeat of [true, false]) {
        expect(toChannelError(limited, "send", { mayRepeat })).toMatchObject({
          code: "rate-limited",
          retry: { afterMs: 7000 },
          outcome: "did-not-happen",
          isAccountWide: isAll,
        });
      }
      expect(toChannelError(refusal(status, code, "limit"), "send").retry).toEqual({ afterMs: 1000 });
    },
  );

  test.each([
    ["PUT /open-apis/cardkit/v1/cards/c/elements/text/content", 400, 99991400, false],
    ["PUT /open-apis/cardkit/v1/cards/c", 429, 99991400, false],
    ["PUT /open-apis/cardkit/v1/cards/c", 400, 99991403, true],
    ["PATCH /open-apis/im/v1/messages/om_1", 429, 99991400, true],
  ])("%s, refused with %d %d, is the card's matter or the app's", (call, status, code, isAll) => {
    expect(toChannelError(refusal(status, code, "limit"), call).isAccountWide).toBe(isAll);
  });

  test.each([
    [500, 1061045, "internal error"],
    [400, 300120, "Server Internal Error"],
  ])("%d %d leaves a new message in doubt, while what may be repeated is repeated", (status, code, msg) => {
    const failed = refusal(status, code, msg);
    expect(toChannelError(failed, "send", once)).toMatchObject({ retry: "now", outcome: "unknown" });
    expect(toChannelError(failed, "edit")).toMatchObject({ retry: "now", outcome: "did-not-happen" });
  });

  test.each([
    [230049, "The message is being sent.", "unknown"],
    [200810, "The card is in an ongoing interaction and cannot be updated", "did-not-happen"],
    [
      230099,
      "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock; ",
      "did-not-happen",
    ],
  ])("%d %s is tried again in a moment", (code, msg, outcome) => {
    expect(toChannelError(refusal(400, code, msg), "send", once)).toMatchObject({
      retry: { afterMs: 1000 },
      outcome,
    });
  });

  test("names each scope that is missing, as Feishu lists them", () => {
    const list = ["cardkit:card:write", "im:resource"].map((subject) => ({
      type: "action_scope_required",
      subject,
    }));
    const error = refusal(400, 99991672, "Access denied.", { permission_violations: list, log_id: "x" });
    expect(error.scopes).toEqual(["cardkit:card:write", "im:resource"]);
    expect(toChannelError(error, "x").message).toContain("cardkit:card:write or im:resource");
  });

  test.each([
    [300317, "sequence"],
    [200770, "done-before"],
    [200850, "stream-closed"],
    [300309, "stream-closed"],
    [1000040350, "too-many-connections"],
  ] as const)("%d is told from the others (%s)", (code, kind) => {
    expect(refusedAs(refusal(400, code, "x"))).toBe(kind);
    expect(isKind(toChannelError(refusal(400, code, "x"), "x"), kind)).toBe(true);
  });
});

describe("a call without an answer", () => {
  test("that never left us did not happen", () => {
    const error = toChannelError(new CallFailure("not-sent", "ECONNREFUSED"), "send", once);
    expect(error).toMatchObject({ code: "unreachable", retry: "now", outcome: "did-not-happen" });
    expect(error.message).toBe("Feishu could not be reached (ECONNREFUSED).");
  });

  test.each([
    ["cut-off", "unreachable"],
    ["timed-out", "timed-out"],
    ["stopped", "unreachable"],
    ["bad-answer", "unreachable"],
  ] as const)("because it was %s leaves a new message in doubt, and nothing else", (kind, code) => {
    const failure = new CallFailure(kind, "x");
    expect(toChannelError(failure, "send", once)).toMatchObject({ code, retry: "now", outcome: "unknown" });
    expect(toChannelError(failure, "edit").outcome).toBe("did-not-happen");
    expect(toChannelError(new NoToken(failure), "send", once).outcome).toBe("did-not-happen");
  });
});

test("an error that is one of the port's already stays as it is, and a fault of our own becomes one", () => {
  const known = new ChannelError("forbidden", "x");
  expect(toChannelError(known, "send")).toBe(known);
  expect(toChannelError(new TypeError("oops"), "send")).toBeInstanceOf(ChannelError);
  expect(refusedAs(new NoToken(refusal(200, 10014, "x")))).toBe("bad-app");
  expect(refusedAs(new TypeError("oops"))).toBeUndefined();
});
