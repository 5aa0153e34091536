import { expect, test } from "bun:test";
import { MethodTable, type MethodCall } from "../../../src/ws/methods.ts";
import { registerCommandMethods } from "../../../src/ws/methods/command.ts";

const callAs = (kind: "admin" | "browser") => ({ principal: { kind } }) as MethodCall; // Nothing else is looked at.

test("a client learns what it may write behind a slash, and what a slash is here", async () => {
  const asked: unknown[] = [];
  const methods = new MethodTable();
  registerCommandMethods(methods, {
    prefix: () => "!",
    offered: async (asker) => {
      asked.push(asker);
      return [{ name: "new", summary: "Begin", from: "gateway" }];
    },
  });
  const sessionKey = "agent:main:webchat:dm:alice";
  expect(await methods.call("command.list", { sessionKey }, callAs("admin"))).toEqual({
    prefix: "!",
    commands: [{ name: "new", summary: "Begin", from: "gateway" }],
  });
  await methods.call("command.list", { sessionKey }, callAs("browser"));
  expect(asked).toEqual([
    { isOwner: true, isTrusted: true, session: sessionKey },
    { isOwner: false, isTrusted: false },
  ]);
});
