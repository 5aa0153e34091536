import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL, newerPi, OWN_PI } from "../fakes/pi-world.ts";
import { question, questionsOf } from "../fakes/question-frames.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const ASKING = join(import.meta.dir, "../fakes/asking-extension.ts");

const gatewayWith = (piCliPath: string, agent: object = {}) =>
  new GatewayProcess({
    config: { agent: { piCliPath, extensions: [FAUX_MODEL, ASKING], model: "faux/echo", ...agent } },
  });

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);
const ask = (client: ChatClient, asked: object) => client.send(ALICE, `tool ask ${JSON.stringify(asked)}`);
const answer = (client: ChatClient, id: string, given: unknown) =>
  client.call("chat.answer", { sessionKey: ALICE, id, answer: given });

describe.each([
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
])("an extension of the real pi %s", (_version, piCliPath) => {
  test("asks in every form, and gets what people answer in the page or write", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const trials = [
      [{ kind: "select", title: "Colour?", options: ["Red", "Green"] }, 2, '"Green"'],
      [{ kind: "confirm", title: "Sure?", text: "Really?" }, true, "true"],
      [{ kind: "confirm", title: "Sure?" }, false, "false"],
      [{ kind: "input", title: "Name?", text: "first name" }, "Una", '"Una"'],
      [{ kind: "editor", title: "Text", text: "one\ntwo" }, "one\ntwo\nthree", '"one\\ntwo\\nthree"'],
      [{ kind: "input", title: "Name?" }, null, "null"],
    ] as const;
    for (const [asked, given, result] of trials) {
      const seen = questionsOf(alice).length;
      const { messageId } = await ask(alice, asked);
      const open = await alice.until("the question", () => questionsOf(alice)[seen]);
      expect(open).toMatchObject({ kind: asked.kind, state: "open", title: asked.title, sessionKey: ALICE });
      await answer(alice, open.id, given);
      expect((await alice.end(messageId)).text).toContain(result);
    }
    const { messageId } = await ask(alice, { kind: "select", title: "Colour?", options: ["Red", "Green"] });
    const seen = 2 * trials.length;
    await alice.until("the question", () => questionsOf(alice)[seen]);
    const typed = await alice.send(ALICE, "1");
    expect((await alice.end(messageId)).text).toContain('"Red"');
    expect(await alice.end(typed.messageId)).toMatchObject({ state: "final", text: "" });
    const rows = await alice.history(ALICE);
    expect(rows.filter((row) => row.text.includes("✓"))).toHaveLength(6);
    expect(rows.find((row) => row.id === typed.messageId)?.state).toBe("done");
  });

  test("that asks is not in the way of stopping: the turn ends at once, and the question is closed", async () => {
    await using gateway = await gatewayWith(piCliPath(), { pool: { graceMs: 20_000 } }).start();
    using alice = await connect(gateway);
    const { messageId } = await ask(alice, { kind: "editor", title: "Text", text: "one" });
    const { id } = await question(alice, "open");
    await alice.call("chat.abort", { sessionKey: ALICE });
    expect((await alice.end(messageId)).state).toBe("aborted");
    expect(await question(alice, "closed")).toMatchObject({ id });
    await expect(answer(alice, id, "late")).rejects.toThrow("NOT_FOUND");
    const next = await alice.send(ALICE, "hello");
    expect((await alice.end(next.messageId)).text).toBe("echo: hello");
  });

  test("that waits only so long is told that nobody answered, and so are people", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await ask(alice, { kind: "confirm", title: "Quick?", timeout: 200 });
    expect((await alice.end(messageId)).text).toContain("false");
    expect((await question(alice, "closed")).answer).toContain("nobody answered");
  });

  test("may tell what it likes: nothing hangs, and the page shows its notices", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await ask(alice, { kind: "show" });
    expect((await alice.end(messageId)).text).toContain("shown");
    const notices = alice.frames.filter(({ event }) => event === "notice");
    expect(notices.map(({ payload }) => payload)).toMatchObject([
      { sessionKey: ALICE, level: "info", text: "Saved." },
      { sessionKey: ALICE, level: "warning", text: "Careful now." },
    ]);
  });
});

test("a page that comes later is asked too, also in its history; the first answer closes it everywhere", async () => {
  await using gateway = await gatewayWith(OWN_PI).start();
  using alice = await connect(gateway);
  const { messageId } = await ask(alice, { kind: "select", title: "Colour?", options: ["Red", "Green"] });
  const { id } = await question(alice, "open");
  using second = await connect(gateway);
  const subscribed = await second.call("chat.subscribe", { sessionKey: ALICE });
  const history = await second.call("chat.history", { sessionKey: ALICE });
  for (const answered of [subscribed, history]) {
    expect(answered).toMatchObject({ questions: [{ id, state: "open", options: ["Red", "Green"] }] });
  }
  await answer(second, id, "Green");
  expect(await question(alice, "answered")).toMatchObject({ id, answer: "Green" });
  await expect(answer(alice, id, 1)).rejects.toThrow("NOT_FOUND");
  expect((await alice.end(messageId)).text).toContain('"Green"');
  expect(await second.call("chat.history", { sessionKey: ALICE })).not.toHaveProperty("questions");
});

test("an answer that is none is refused, and so is one from another conversation or channel", async () => {
  await using gateway = await gatewayWith(OWN_PI).start();
  using alice = await connect(gateway);
  await ask(alice, { kind: "select", title: "Colour?", options: ["Red", "Green"] });
  const { id } = await question(alice, "open");
  for (const wrong of [3, 0, true, "blue", ""]) {
    await expect(answer(alice, id, wrong)).rejects.toThrow("BAD_REQUEST");
  }
  for (const sessionKey of ["agent:main:webchat:dm:bob", "agent:main:telegram:dm:1"]) {
    await expect(alice.call("chat.answer", { sessionKey, id, answer: 1 })).rejects.toThrow(
      /NOT_FOUND|FORBIDDEN/,
    );
  }
  await expect(alice.call("chat.answer", { sessionKey: ALICE, id, answer: { value: 1 } })).rejects.toThrow(
    "BAD_REQUEST",
  );
  expect(questionsOf(alice)).toHaveLength(1);
  await alice.call("chat.abort", { sessionKey: ALICE });
});

test("a book of a question is a frame that a page can hold, and its last choice can be taken", async () => {
  await using gateway = await gatewayWith(OWN_PI).start();
  using alice = await connect(gateway);
  const options = Array.from({ length: 2000 }, (_, at) => `Choice ${at} ${"x".repeat(100)}`);
  const { messageId } = await ask(alice, { kind: "select", title: "t".repeat(100_000), options });
  const open = await question(alice, "open");
  expect(JSON.stringify(open).length).toBeLessThan(150_000);
  expect(open.optionCount).toBe(2000);
  await answer(alice, open.id, 2000);
  expect((await alice.end(messageId)).text).toContain("Choice 1999");
});
