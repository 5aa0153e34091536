import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import type { Plugin } from "../../src/plugins/types.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { FAUX_MODEL } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const ALICE = "agent:main:webchat:dm:alice";
const { HOME } = process.env;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "plugins-"));
  process.env["HOME"] = home;
});

afterEach(() => {
  if (HOME !== undefined) process.env["HOME"] = HOME;
  rmSync(home, { recursive: true, force: true });
});

/** A gateway in this process with a plugin of the test's own, and somebody who chats with it. */
async function withPlugin(plugin: Plugin, work: (alice: ChatClient) => Promise<void>): Promise<void> {
  const agent = { extensions: [FAUX_MODEL], model: "faux/echo" };
  const flags = [
    { path: ["gateway", "port"], value: 0, name: "port" },
    { path: ["agent"], value: agent, name: "agent" },
  ];
  const load = () =>
    loadConfig({ env: { HOME: home }, home, cwd: home, file: undefined, channels: channelSchemas, flags });
  const gateway = new Gateway({
    loaded: load(),
    load,
    files: [],
    log: silentLogger,
    plugins: [{ name: "test", plugin }],
  });
  const { url, link } = await gateway.start();
  try {
    using alice = await ChatClient.connect(url, decodeURIComponent(link.split("#token=")[1] ?? ""));
    await work(alice);
  } finally {
    await gateway.stop(AbortSignal.timeout(5000));
  }
}

const transcripts = () => {
  const folder = join(home, ".pi/gateway/sessions");
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
};

test("before_tool_call stops pi's own bash: the command does not run, and the model reads why", async () => {
  const guard: Plugin = (api) => {
    api.registerHook(["before_tool_call"], ({ tool, params }) => {
      const isForbidden = tool === "bash" && JSON.stringify(params).includes("forbidden");
      return isForbidden ? { block: "Not here." } : undefined;
    });
  };
  await withPlugin(guard, async (alice) => {
    const marker = join(home, "forbidden");
    const blocked = await alice.send(ALICE, `tool bash {"command":"touch ${marker}"}`);
    expect((await alice.end(blocked.messageId)).text).toContain("Not here.");
    expect(readdirSync(home)).not.toContain("forbidden");
    const allowed = await alice.send(ALICE, `tool bash {"command":"touch ${join(home, "fine")}"}`);
    await alice.end(allowed.messageId);
    expect(readdirSync(home)).toContain("fine");
  });
});

test("before_tool_call rewrites what pi's own bash runs", async () => {
  const rewrite: Plugin = (api) => {
    api.registerHook(["before_tool_call"], ({ params }) => {
      params["command"] = "echo rewritten";
    });
  };
  await withPlugin(rewrite, async (alice) => {
    const { messageId } = await alice.send(ALICE, 'tool bash {"command":"echo original"}');
    expect((await alice.end(messageId)).text).toContain("rewritten");
  });
});

test("a guard that breaks lets nothing through", async () => {
  const broken: Plugin = (api) => {
    api.registerHook(["before_tool_call"], () => {
      throw new Error("broken");
    });
  };
  await withPlugin(broken, async (alice) => {
    const { messageId } = await alice.send(ALICE, `tool bash {"command":"touch ${join(home, "never")}"}`);
    expect((await alice.end(messageId)).state).toBe("final");
    expect(readdirSync(home)).not.toContain("never");
  });
});

test("hooks change what pi is asked and what people read, and what was typed stays as it was typed", async () => {
  const change: Plugin = (api) => {
    api.registerHook(["before_agent_start"], (context) => {
      context.message = `${context.message} (politely)`;
    });
    api.registerHook(["message_sending"], (context) => {
      if (context.message.kind !== "text") return;
      context.message = { ...context.message, markdown: context.message.markdown.toUpperCase() };
    });
  };
  await withPlugin(change, async (alice) => {
    const { messageId } = await alice.send(ALICE, "hello");
    expect((await alice.end(messageId)).text).toBe("ECHO: HELLO (POLITELY)");
    expect((await alice.history(ALICE)).map((row) => row.text)).toEqual(["hello", "ECHO: HELLO (POLITELY)"]);
    expect(transcripts()).toContain("hello (politely)");
  });
});

test("session_start comes with the first message of a conversation, session_end when it is ended", async () => {
  const seen: string[] = [];
  const watch: Plugin = (api) => {
    api.registerHook(["session_start"], () => void seen.push("start"));
    api.registerHook(["session_end"], () => void seen.push("end"));
    api.registerHook(["gateway_start"], () => void seen.push("up"));
    api.registerHook(["gateway_stop"], () => void seen.push("down"));
  };
  await withPlugin(watch, async (alice) => {
    for (const text of ["one", "two"]) await alice.end((await alice.send(ALICE, text)).messageId);
    expect(await alice.call("session.kill", { key: ALICE })).toMatchObject({ cancelled: 0 });
    const { messageId } = await alice.send(ALICE, "roles");
    expect((await alice.end(messageId)).text).toBe("user");
    expect((await alice.history(ALICE)).filter((row) => row.role === "user")).toHaveLength(3);
  });
  expect(seen).toEqual(["up", "start", "end", "start", "down"]);
});
