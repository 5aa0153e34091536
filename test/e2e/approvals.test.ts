import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import type { Plugin } from "../../src/plugins/types.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { FAUX_MODEL, newerPi, OWN_PI } from "../fakes/pi-world.ts";
import { question } from "../fakes/question-frames.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const { HOME } = process.env;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "approvals-"));
  process.env["HOME"] = home;
});

afterEach(() => {
  if (HOME !== undefined) process.env["HOME"] = HOME;
  rmSync(home, { recursive: true, force: true });
});

interface People {
  /** Came in with the gateway's own credential. */
  readonly owner: ChatClient;
  /** May only chat. */
  readonly visitor: ChatClient;
}

/** A gateway with a plugin of the test's own; its hooks have 50 ms. */
async function withPlugin(
  piCliPath: string,
  plugin: Plugin,
  work: (people: People) => Promise<void>,
): Promise<void> {
  const agent = { piCliPath, extensions: [FAUX_MODEL], model: "faux/echo" };
  const settings = {
    agent,
    plugins: { hookTimeoutMs: 50 },
    channels: { webchat: { auth: { mode: "token", token: "visitor-of-the-test" } } },
  };
  const flags = [
    { path: ["gateway", "port"], value: 0, name: "port" },
    ...Object.entries(settings).map(([name, value]) => ({ path: [name], value, name })),
  ];
  const load = () =>
    loadConfig({ env: { HOME: home }, home, cwd: home, file: undefined, channels: channelSchemas, flags });
  const plugins = [{ name: "guard", plugin }];
  const gateway = new Gateway({ loaded: load(), load, files: [], log: silentLogger, plugins });
  const { url } = await gateway.start();
  try {
    const token = await Bun.file(join(home, ".pi/gateway/token")).text();
    using owner = await ChatClient.connect(url, token.trim());
    using visitor = await ChatClient.connect(url, "visitor-of-the-test");
    await work({ owner, visitor });
  } finally {
    await gateway.stop(AbortSignal.timeout(5000));
  }
}

const guard: Plugin = (api) => {
  api.on("before_tool_call", ({ tool, params }) => ({
    requireApproval: { title: `Allow ${tool}?`, description: String(params["command"]) },
  }));
};

/** Longer than the hooks of the test may take. */
async function think(client: ChatClient): Promise<void> {
  for (let look = 0; look < 40; look += 1) await client.history(ALICE);
}

describe.each([
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
])("a tool call of the real pi %s that needs the owner's permission", (_version, piCliPath) => {
  test.each([true, false])("is made iff the owner says yes: %p", async (given) => {
    await withPlugin(piCliPath(), guard, async ({ owner }) => {
      const marker = join(home, "marker");
      const { messageId } = await owner.send(ALICE, `tool bash {"command":"touch ${marker}"}`);
      const asked = await question(owner, "open");
      expect(asked).toMatchObject({ kind: "confirm", title: "Allow bash?", message: `touch ${marker}` });
      await think(owner);
      expect(existsSync(marker)).toBe(false);
      await owner.call("chat.answer", { sessionKey: ALICE, id: asked.id, answer: given });
      const { text } = await owner.end(messageId);
      expect(existsSync(marker)).toBe(given);
      if (!given) expect(text).toContain("The owner did not allow it.");
    });
  });
});

test("a visitor gives no permission, and where no owner can be reached there is none", async () => {
  await withPlugin(OWN_PI, guard, async ({ visitor }) => {
    const { messageId } = await visitor.send(ALICE, `tool bash {"command":"touch ${join(home, "marker")}"}`);
    expect((await visitor.end(messageId)).text).toContain("no chat in which the owner could be asked");
    expect(existsSync(join(home, "marker"))).toBe(false);
  });
});

test("a visitor cannot answer what the owner was asked", async () => {
  await withPlugin(OWN_PI, guard, async ({ owner, visitor }) => {
    const { messageId } = await owner.send(ALICE, `tool bash {"command":"touch ${join(home, "marker")}"}`);
    const { id } = await question(owner, "open");
    const answer = visitor.call("chat.answer", { sessionKey: ALICE, id, answer: true });
    expect(await answer.catch(String)).toContain("NOT_FOUND");
    const typed = await visitor.send(ALICE, "yes");
    await visitor.until("the visitor's message to wait or join", (frames) => frames.length > 0);
    expect(existsSync(join(home, "marker"))).toBe(false);
    await owner.call("chat.answer", { sessionKey: ALICE, id, answer: false });
    await owner.end(messageId);
    await visitor.end(typed.messageId);
    expect(existsSync(join(home, "marker"))).toBe(false);
  });
});

test("a plugin asks the owner in its hook for longer than a hook may take", async () => {
  const asking: Plugin = (api) => {
    api.on("before_tool_call", async ({ sessionKey, params }) => {
      const where = await api.askOwner(sessionKey, { kind: "input", title: "Which file?" });
      if (typeof where !== "string") return { block: "No file." };
      params["command"] = `echo ${where}`;
      return undefined;
    });
  };
  await withPlugin(OWN_PI, asking, async ({ owner }) => {
    const { messageId } = await owner.send(ALICE, 'tool bash {"command":"true"}');
    const { id } = await question(owner, "open");
    await think(owner);
    await owner.call("chat.answer", { sessionKey: ALICE, id, answer: "forty-two" });
    expect((await owner.end(messageId)).text).toContain("forty-two");
  });
});
