import { expect, test } from "bun:test";
import { RequestError } from "../../../src/core/errors.ts";
import type { AllowedPerson } from "../../../src/security/pairing.ts";
import { MethodTable } from "../../../src/ws/methods.ts";
import { type AccessDesk, registerAccessMethods } from "../../../src/ws/methods/access.ts";

type Call = Parameters<MethodTable["call"]>[2];

const EVE = {
  channel: "chat",
  account: "work",
  senderId: "7",
  senderName: "Eve\n\u001b[31m",
  address: { channel: "chat", account: "work", scope: "dm", chat: "7" },
} as const;
const shown = { channel: "chat", account: "work", senderId: "7", senderName: "Eve [31m" };
const letIn: AllowedPerson = { ...EVE, addedAtMs: 3, isFirst: true, isOwner: true };

const asked: unknown[] = [];
const desk: AccessDesk = {
  waiting: async () => [{ ...EVE, code: "ABCD2345", askedBy: "m1", expiresAtMs: 5 }],
  nextOwns: async () => true,
  approve: async (named) => {
    asked.push(named);
    if (named.code !== "ABCD2345") throw new RequestError("NOT_FOUND", "This code is unknown or expired.");
    return letIn;
  },
  deny: async (named) => {
    asked.push(named);
    return { ...EVE, code: "ABCD2345", askedBy: "m1", expiresAtMs: 5 };
  },
  allowed: async () => [letIn],
  remove: async (...person) => {
    asked.push(person);
    return letIn;
  },
};
const methods = new MethodTable();
registerAccessMethods(methods, desk);

const callAs = (kind: "admin" | "browser", name: string, params?: object) =>
  // Nothing but the principal is looked at.
  methods.call(name, params, { principal: { kind } } as unknown as Call);

const refusal = (doing: Promise<unknown>) => doing.catch((error: unknown) => String(error));

test("who waits and who was let in is listed, with names that are safe to print", async () => {
  expect(await callAs("admin", "pairing.list")).toEqual({
    pairings: [{ ...shown, code: "ABCD2345", expiresAtMs: 5 }],
    nextOwns: true,
  });
  expect(await callAs("admin", "access.list")).toEqual({
    allowed: [{ ...shown, addedAtMs: 3, isOwner: true }],
  });
});

test("a decision names the code, and the channel and account where somebody gives them", async () => {
  asked.length = 0;
  const named = { channel: "chat", account: "work", code: "ABCD2345" };
  expect(await callAs("admin", "pairing.approve", named)).toMatchObject({ approved: shown });
  expect(await callAs("admin", "pairing.deny", { code: "ABCD2345" })).toEqual({ denied: shown });
  expect(await callAs("admin", "access.remove", { channel: "chat", senderId: "7" })).toMatchObject({
    removed: { ...shown, isOwner: true },
  });
  expect(asked).toEqual([named, { code: "ABCD2345" }, ["chat", "7", undefined]]);
});

test("what cannot be a code is unknown, never malformed", async () => {
  for (const code of ["", "?", "x".repeat(100_000)]) {
    const failed = await refusal(callAs("admin", "pairing.approve", { channel: "chat", code }));
    expect(failed).toContain("unknown or expired");
  }
});

test("whoever may only chat learns and decides nothing", async () => {
  for (const name of ["pairing.list", "pairing.approve", "pairing.deny", "access.list", "access.remove"]) {
    const failed = await refusal(callAs("browser", name, { channel: "chat", code: "x", senderId: "7" }));
    expect(failed).toContain(`${name} needs the gateway's own credential.`);
  }
});
