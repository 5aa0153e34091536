import { expect, test } from "bun:test";
import { MethodTable, type MethodCall } from "../../../src/ws/methods.ts";
import { registerMessageMethods } from "../../../src/ws/methods/message.ts";

const client = { isFollowing: () => false, follow: () => ({ resumed: false }), unfollow: () => {} };
const callOf = (kind: "admin" | "browser") =>
  ({ principal: { kind }, client, holdUntilAnswered: () => {} }) as unknown as MethodCall;

function table() {
  const said: string[][] = [];
  const methods = new MethodTable();
  registerMessageMethods(methods, async (...words) => {
    said.push(words);
    return { key: "said/1" };
  });
  return { methods, said };
}

test("message.send says it in the chat and answers the key of the delivery", async () => {
  const { methods, said } = table();
  const params = { to: "webchat:alice", text: "Lunch.", idempotencyKey: "k" };
  expect(await methods.call("message.send", params, callOf("admin"))).toEqual({ key: "said/1" });
  expect(said).toEqual([["webchat:alice", "Lunch.", "k"]]);
});

test("without a key each call is one of its own", async () => {
  const { methods, said } = table();
  for (const _ of [1, 2])
    await methods.call("message.send", { to: "webchat:alice", text: "x" }, callOf("admin"));
  expect(said[0]?.[2]).not.toBe(said[1]?.[2]);
});

test.each([[{ to: "webchat:alice" }], [{ to: "", text: "x" }], [{ to: "webchat:a", text: "" }]])(
  "%p is refused",
  async (params) => {
    await expect(table().methods.call("message.send", params, callOf("admin"))).rejects.toMatchObject({
      code: "BAD_REQUEST",
    });
  },
);

test("who may only chat may not speak as the gateway", async () => {
  const { methods } = table();
  const call = methods.call("message.send", { to: "webchat:a", text: "x" }, callOf("browser"));
  await expect(call).rejects.toMatchObject({ code: "FORBIDDEN" });
});
