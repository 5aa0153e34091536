import { expect, test } from "bun:test";
import type { ListedDelivery } from "../../../src/core/outbox-ledger.ts";
import { MethodTable } from "../../../src/ws/methods.ts";
import { registerQueueMethods } from "../../../src/ws/methods/queue.ts";

type Call = Parameters<MethodTable["call"]>[2];

const to = { channel: "test", account: "work", scope: "topic", chat: "-1", thread: "7" } as const;
const dead: ListedDelivery = {
  key: "t/0",
  to,
  message: { kind: "text", markdown: `Hello\n\nthere ${"x".repeat(200)}` },
  state: "dead",
  postedAtMs: 1,
  attempt: 3,
  behind: 0,
  error: "the bot was blocked",
};
const methods = new MethodTable();
const outbox = {
  list: async (state: string) => (state === "dead" ? [dead] : []),
  revive: async (key: string) => key === "t/0",
  drop: async (key: string) => key === "t/0",
};
registerQueueMethods(methods, outbox, () => undefined);
const callAs = (kind: "admin" | "browser", name: string, params?: object) =>
  methods.call(name, params, { principal: { kind } } as unknown as Call);

test("a message that was given up is listed with its chat, its beginning and the reason", async () => {
  expect(await callAs("admin", "queue.list")).toMatchObject({
    open: [],
    dead: [{ key: "t/0", to: "test:work:-1:topic:7", attempts: 3, error: "the bot was blocked" }],
  });
  const { dead: listed } = (await callAs("admin", "queue.list")) as { dead: { text: string }[] };
  expect(listed[0]?.text).toStartWith("Hello there xxx");
  expect(listed[0]?.text.length).toBeLessThan(130);
});

test("it can be tried again or dropped; a key that is none is said so", async () => {
  expect(await callAs("admin", "queue.retry", { key: "t/0" })).toEqual({ key: "t/0" });
  expect(await callAs("admin", "queue.drop", { key: "t/0" })).toEqual({ key: "t/0" });
  for (const name of ["queue.retry", "queue.drop"]) {
    const failed = await callAs("admin", name, { key: "none" }).catch((error: unknown) => String(error));
    expect(failed).toContain("No message none");
  }
});

test("whoever may only chat sees nothing of it", async () => {
  for (const name of ["queue.list", "queue.retry", "queue.drop"]) {
    const failed = await callAs("browser", name, { key: "t/0" }).catch((error: unknown) => String(error));
    expect(failed).toContain(`${name} needs the gateway's own credential.`);
  }
});
