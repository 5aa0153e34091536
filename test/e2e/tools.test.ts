import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import type { Plugin } from "../../src/plugins/types.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient, type ChatFrame } from "../fakes/chat-client.ts";
import { FAUX_MODEL, newerPi } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const BOB = "agent:main:webchat:dm:bob";
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const { HOME } = process.env;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tools-"));
  process.env["HOME"] = home;
});

afterEach(() => {
  if (HOME !== undefined) process.env["HOME"] = HOME;
  rmSync(home, { recursive: true, force: true });
});

interface World {
  readonly alice: ChatClient;
  readonly url: string;
  readonly token: string;
  readonly workspace: string;
  /** What the model was told when it called `tool`, as the faux model repeats it. */
  readonly call: (tool: string, params: object, session?: string) => Promise<string>;
}

/** A gateway with the real pi, and somebody whose words make its model call tools. */
async function withGateway(
  work: (world: World) => Promise<void>,
  plugin?: Plugin,
  piCliPath = "pi",
): Promise<void> {
  const agent = { extensions: [FAUX_MODEL], model: "faux/echo", piCliPath };
  const flags = [
    { path: ["gateway", "port"], value: 0, name: "port" },
    { path: ["agent"], value: agent, name: "agent" },
  ];
  const load = () =>
    loadConfig({ env: { HOME: home }, home, cwd: home, file: undefined, channels: channelSchemas, flags });
  const plugins = plugin ? [{ name: "test", plugin }] : [];
  const gateway = new Gateway({ loaded: load(), load, files: [], log: silentLogger, plugins });
  const { url, link } = await gateway.start();
  const token = decodeURIComponent(link.split("#token=")[1] ?? "");
  try {
    using alice = await ChatClient.connect(url, token);
    const call = async (tool: string, params: object, session = ALICE) => {
      const { messageId } = await alice.send(session, `tool ${tool} ${JSON.stringify(params)}`);
      const { text = "" } = await alice.end(messageId);
      return text;
    };
    await work({ alice, url, token, workspace: join(home, ".pi/gateway/workspace"), call });
  } finally {
    await gateway.stop(AbortSignal.timeout(5000));
  }
}

/** The result of a call that worked, as the model read it. */
const resultOf = (answer: string): Record<string, unknown> => JSON.parse(answer.replace(/^RESULT: /, ""));

/** What appeared in a conversation beside the answers. */
const said = (frames: readonly ChatFrame[]) =>
  frames.filter(({ payload }) => payload.state === "final" && payload.turnId === undefined);

test("send_message says something at once, and its id is one that message can edit, react to and delete", async () => {
  await withGateway(async ({ alice, call }) => {
    const { messageId } = resultOf(await call("send_message", { text: "Hello!", replyTo: "message-id" }));
    expect(said(alice.frames).map(({ payload }) => payload.text)).toEqual(["Hello!"]);
    expect((await alice.history(ALICE)).map(({ role, text }) => [role, text])).toContainEqual([
      "assistant",
      "Hello!",
    ]);

    resultOf(await call("message", { action: "edit", messageId, text: "Updated text" }));
    resultOf(await call("message", { action: "react", messageId, emoji: "👍" }));
    const row = (await alice.history(ALICE)).find(({ id }) => id === messageId);
    expect(row).toMatchObject({ text: "Updated text", reactions: ["👍"] });

    resultOf(await call("message", { action: "delete", messageId }));
    expect((await alice.history(ALICE)).some(({ id }) => id === messageId)).toBe(false);
    const changes = alice.frames.filter(({ payload }) => payload.state === "changed");
    expect(changes.map(({ payload: { text, reactions, removed } }) => text ?? reactions ?? removed)).toEqual([
      "Updated text",
      ["👍"],
      true,
    ]);
  });
});

test("a prompt tells the id of its message, and the model can react to it", async () => {
  await withGateway(async ({ alice, call }) => {
    const { messageId } = await alice.send(ALICE, "ids");
    expect((await alice.end(messageId)).text).toBe(`[message_id: ${messageId}]`);
    resultOf(await call("message", { action: "react", messageId, emoji: "🎉" }));
    const row = (await alice.history(ALICE)).find(({ id }) => id === messageId);
    expect(row).toMatchObject({ text: "ids", reactions: ["🎉"] });
  });
});

test("an agent that has said all with send_message says nothing more", async () => {
  await withGateway(async ({ alice }) => {
    const { messageId } = await alice.send(ALICE, 'silent send_message {"text":"All of it"}');
    expect(await alice.end(messageId)).toMatchObject({ state: "final", text: "" });
    expect((await alice.history(ALICE)).map(({ text }) => text)).toEqual([
      'silent send_message {"text":"All of it"}',
      "All of it",
    ]);
    expect(JSON.stringify(alice.frames)).not.toContain("NO_");
  });
});

test("send_media delivers a copy of the file, which only those who may read the conversation can fetch", async () => {
  await withGateway(async ({ alice, call, url, token, workspace }) => {
    writeFileSync(join(workspace, "image.png"), PNG);
    const params = { path: "./image.png", type: "photo", caption: "Optional caption" };
    const { messageId } = resultOf(await call("send_media", params));
    // What was sent stays what it was.
    writeFileSync(join(workspace, "image.png"), "something else");
    const media = [{ kind: "photo", name: "image.png", mimeType: "image/png", sizeBytes: PNG.length }];
    expect(said(alice.frames)[0]?.payload).toMatchObject({ messageId, text: "Optional caption", media });
    const row = (await alice.history(ALICE)).find(({ id }) => id === messageId);
    expect(row).toMatchObject({ text: "Optional caption", media });

    const path = `${url}/api/media/${encodeURIComponent(ALICE)}/${encodeURIComponent(String(messageId))}/0`;
    const fetched = await fetch(path, { headers: { authorization: `Bearer ${token}` } });
    expect(Buffer.from(await fetched.arrayBuffer()).equals(PNG)).toBe(true);
    expect((await fetch(path)).status).toBe(401);
  });
});

test("files that are none of the agent's are not sent, whatever way leads to them", async () => {
  await withGateway(async ({ alice, call, workspace }) => {
    writeFileSync(join(home, "secret.txt"), "the secret");
    symlinkSync(join(home, "secret.txt"), join(workspace, "link.txt"));
    mkdirSync(join(workspace, "folder"));
    const paths = [
      "../token",
      "../../../secret.txt",
      join(home, "secret.txt"),
      "link.txt",
      "folder",
      "/proc/self/environ",
      "/dev/zero",
      "not-there.txt",
    ];
    for (const path of paths) expect(await call("send_media", { path })).toEndWith("[error]");
    expect(said(alice.frames)).toEqual([]);
  });
});

test("tools act in other chats only where the agent has a conversation already", async () => {
  await withGateway(async ({ alice, call }) => {
    const stranger = await call("send_message", { text: "psst", to: "webchat:bob" });
    expect(stranger).toContain("You may not act in that chat");
    await alice.end((await alice.send(BOB, "hi")).messageId);
    const { messageId } = resultOf(await call("send_message", { text: "Hello Bob", to: "webchat:bob" }));
    expect((await alice.history(BOB)).at(-1)).toMatchObject({ id: messageId, text: "Hello Bob" });
    expect((await alice.history(ALICE)).map(({ text }) => text)).not.toContain("Hello Bob");
    const nobody = await call("send_message", { text: "x", to: "owner" });
    expect(nobody).toContain("No owner can be reached");
  });
});

test("session_status tells tokens, cost, model and context while the turn that asks runs", async () => {
  await withGateway(async ({ alice, call }) => {
    await alice.end((await alice.send(ALICE, "hello")).messageId);
    expect(resultOf(await call("session_status", {}))).toMatchObject({
      model: "faux/echo",
      tokens: { input: 26, output: 10 },
      costUsd: 0.5,
      context: { window: 200_000 },
      isRunning: true,
      turns: 1,
    });
  });
});

test("gateway reloads the configuration and reports; cron lists what there is and refuses what never comes", async () => {
  await withGateway(async ({ call }) => {
    expect(resultOf(await call("gateway", { action: "reload" }))).toMatchObject({
      reloaded: true,
      changed: [],
    });
    // Whoever runs this gateway, a test, gave it no way to start anew.
    expect(await call("gateway", { action: "restart" })).toContain("cannot restart itself here");
    expect(await call("cron", { action: "list" })).toBe('RESULT: {"jobs":[]}');
    const every = { action: "add", id: "r", task: "t", schedule: { kind: "every", expr: "0 9 * * *" } };
    expect(await call("cron", every)).toContain('use kind "cron"');
  });
});

const WRONG: readonly (readonly [tool: string, params: object, says: string])[] = [
  ["send_message", {}, "text"],
  ["send_message", { text: 5, replyTo: [] }, "text"],
  ["send_media", { path: "a.png", type: "picture" }, "type"],
  ["message", { action: "forward", messageId: "1" }, "action"],
  ["message", { action: "react", messageId: "1" }, "emoji"],
  ["message", { action: "edit", messageId: "1" }, "text"],
  ["message", { action: "pin", messageId: "1" }, "webchat cannot pin messages"],
  ["message", { action: "delete", messageId: "nobody/said" }, "no message"],
  ["message", { action: "edit", messageId: "mine", text: "x" }, "not what people wrote"],
  ["cron", { action: "explode" }, "action"],
  ["gateway", { action: "stop" }, "action"],
];

test("wrong parameters come back as an error that names them, and nothing happens", async () => {
  await withGateway(async ({ alice, call }) => {
    for (const [tool, params, says] of WRONG) {
      const answer = await call(tool, params);
      expect(answer).toContain(says);
      expect(answer).toEndWith("[error]");
    }
    expect(said(alice.frames)).toEqual([]);
  });
});

test("hooks watch over what tools say, also when it is an edit", async () => {
  const guard: Plugin = (api) => {
    api.registerHook(["message_sending"], (context) => {
      if (context.message.kind !== "text") return undefined;
      if (context.message.markdown.includes("forbidden")) return { block: "no" };
      context.message = { ...context.message, markdown: context.message.markdown.replace("secret", "***") };
      return undefined;
    });
  };
  await withGateway(async ({ alice, call }) => {
    expect(await call("send_message", { text: "forbidden" })).toContain("withheld");
    const { messageId } = resultOf(await call("send_message", { text: "a secret" }));
    await call("message", { action: "edit", messageId, text: "another secret" });
    expect(await call("message", { action: "edit", messageId, text: "forbidden" })).toContain("withheld");
    const row = (await alice.history(ALICE)).find(({ id }) => id === messageId);
    expect(row?.text).toBe("another ***");
  }, guard);
});

test("a plugin's tool gets what its schema allows, and what it returns is the result", async () => {
  const plugin: Plugin = (api) => {
    api.registerTool({
      name: "add",
      description: "Adds two numbers.",
      parameters: {
        type: "object",
        properties: { a: { type: "number" }, b: { type: "number" } },
        required: ["a", "b"],
      },
      execute: async ({ a, b }) => ({ result: Number(a) + Number(b) }),
    });
    expect(() =>
      api.registerTool({ name: "cron", description: "", parameters: {}, execute: () => "" }),
    ).toThrow("already registered by the gateway");
  };
  await withGateway(async ({ call }) => {
    expect(resultOf(await call("add", { a: 1, b: 2 }))).toEqual({ result: 3 });
    expect(await call("add", { a: 1, b: "two" })).toEndWith("[error]");
  }, plugin);
});

test("a newer pi has the same tools", async () => {
  await withGateway(
    async ({ alice, call }) => {
      const { messageId } = resultOf(await call("send_message", { text: "Hello!" }));
      resultOf(await call("message", { action: "edit", messageId, text: "Updated text" }));
      expect((await alice.history(ALICE)).map(({ text }) => text)).toContain("Updated text");
      expect(resultOf(await call("session_status", {}))).toMatchObject({ model: "faux/echo" });
      expect(await call("send_message", { txt: "x" })).toEndWith("[error]");
    },
    undefined,
    newerPi(),
  );
});
