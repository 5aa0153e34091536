import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ConfigFlag, loadConfig } from "../../src/core/config.ts";
import { type Fields, type Logger, silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { FAUX_MODEL } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

/** The gateway's own credential, as the guide prints it. */
const OWNER = "secret";
const GUIDE_CONFIG = join(import.meta.dir, "../guide/config-full.jsonc");
const { HOME } = process.env;
let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "agents-"));
  process.env["HOME"] = home;
});

afterEach(() => {
  if (HOME !== undefined) process.env["HOME"] = HOME;
  rmSync(home, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

const skill = (name: string, description: string) =>
  `---\nname: ${name}\ndescription: ${description}\n---\nHow to.\n`;

interface Running {
  readonly url: string;
  readonly admin: ChatClient;
  readonly warnings: readonly Fields[];
}

/** A gateway in this process, with the model of the tests. */
async function withGateway(
  sections: Readonly<Record<string, unknown>>,
  work: (running: Running) => Promise<void>,
  file?: string,
): Promise<void> {
  const warnings: Fields[] = [];
  const log: Logger = { ...silentLogger, child: () => log, warn: (fields) => void warnings.push(fields) };
  const given = {
    "gateway.port": 0,
    "gateway.auth": { token: OWNER },
    "agent.model": "faux/echo",
    "agent.extensions": [FAUX_MODEL],
    ...sections,
  };
  const flags = Object.entries(given).map(([path, value]): ConfigFlag => ({
    path: path.split("."),
    value,
    name: path,
  }));
  const load = () =>
    loadConfig({ env: { HOME: home }, home, cwd: home, file, channels: channelSchemas, flags });
  const gateway = new Gateway({ loaded: load(), load, files: [], log });
  const { url } = await gateway.start();
  try {
    using admin = await ChatClient.connect(url, OWNER);
    await work({ url, admin, warnings });
  } finally {
    await gateway.stop(AbortSignal.timeout(5000));
  }
}

/** What a call that fails says. */
const failure = (call: Promise<unknown>) =>
  call.then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );

async function answerTo(client: ChatClient, sessionKey: string, text: string): Promise<string> {
  const { messageId } = await client.send(sessionKey, text);
  return (await client.end(messageId)).text ?? "";
}

test("the guide's mentor, as it is printed: its skill, its extension and its template; agent:main has what is everybody's", async () => {
  write(".pi/gateway/skills/mentor/SKILL.md", skill("mentor", "SKILL-OF-THE-MENTOR"));
  write(
    ".pi/gateway/pi-extensions/mentor-tools/index.ts",
    `export default (pi) => pi.on("before_agent_start", (event) => ({
       systemPrompt: event.systemPrompt + "TOOLS-OF-THE-MENTOR" }));`,
  );
  write(".pi/gateway/prompts/mentor/lesson.md", "LESSON-OF-THE-MENTOR about $1");
  const only = {
    "channels.telegram": { enabled: false },
    "channels.discord": { enabled: false },
    plugins: [],
  };
  await withGateway(
    { ...only, "hooks.enabled": false, "cron.enabled": false, "agent.modelFailover": {} },
    async ({ admin, warnings }) => {
      const mentor = await answerTo(admin, "agent:mentor:webchat:dm:1", "system");
      expect(mentor).toContain("SKILL-OF-THE-MENTOR");
      expect(mentor).toContain("TOOLS-OF-THE-MENTOR");
      expect(await answerTo(admin, "agent:mentor:webchat:dm:1", "/lesson Rome")).toContain(
        "LESSON-OF-THE-MENTOR about Rome",
      );
      const main = await answerTo(admin, "agent:main:webchat:dm:1", "system");
      // As printed, the mentor's skill lies among those of the gateway, which everybody has.
      expect(main).toContain("SKILL-OF-THE-MENTOR");
      expect(main).not.toContain("TOOLS-OF-THE-MENTOR");
      expect(await answerTo(admin, "agent:main:webchat:dm:1", "/lesson Rome")).toBe("echo: /lesson Rome");
      expect(await admin.call<object>("session.get", { key: "agent:mentor:webchat:dm:1" })).toMatchObject({
        session: { agent: "mentor", role: "mentor" },
      });
      const named = warnings.map(({ subject }) => subject);
      expect(named.filter((subject) => subject === "agent.skillsBase")).toHaveLength(1);
      expect(named).not.toContain("roles.capabilities.mentor.skills");
    },
    GUIDE_CONFIG,
  );
});

test("a message to nobody's agent is refused with those there are, and leaves no session", async () => {
  await withGateway({ agents: { list: [{ id: "helper" }] } }, async ({ admin }) => {
    expect(await failure(admin.send("agent:ghost:webchat:dm:1", "hello"))).toContain(
      'there is no agent "ghost". There are: main, helper.',
    );
    expect(await admin.call<object>("session.list")).toEqual({ sessions: [] });
  });
});

test("an agent has its own folder and model, and answers where a binding says so", async () => {
  write("own/AGENTS.md", "RULES-OF-THE-HELPER");
  const agents = {
    list: [{ id: "helper", workspace: join(home, "own"), model: "faux/echo2" }],
    bindings: [{ agent: "helper", match: { channel: "webchat" } }],
  };
  await withGateway({ agents }, async ({ admin }) => {
    expect(await answerTo(admin, "alice", "system")).toContain("RULES-OF-THE-HELPER");
    const { sessions } = await admin.call<{ sessions: { key: string }[] }>("session.list");
    expect(sessions.map(({ key }) => key)).toEqual(["agent:helper:webchat:dm:alice"]);
    expect(await answerTo(admin, "agent:main:webchat:dm:alice", "system")).not.toContain(
      "RULES-OF-THE-HELPER",
    );
  });
});

describe("where all private chats share a session", () => {
  const shared = {
    session: { dmScope: "main" },
    "channels.webchat": { auth: { mode: "token", token: "for-visitors" } },
  };

  test("it is one conversation for pi, and each page reads it under the name it knows", async () => {
    await withGateway(shared, async ({ admin, url }) => {
      using alice = await ChatClient.connect(url, "for-visitors");
      using bob = await ChatClient.connect(url, "for-visitors");
      const [ofAlice, ofBob] = ["agent:main:webchat:dm:alice", "agent:main:webchat:dm:bob"];
      expect(await answerTo(alice, "alice", "one")).toBe("echo: Visitor: one");
      expect(await answerTo(bob, "bob", "two")).toBe("echo: Visitor: two");
      expect(new Set(alice.frames.map(({ payload }) => payload.sessionKey))).toEqual(new Set([ofAlice]));
      expect(new Set(bob.frames.map(({ payload }) => payload.sessionKey))).toEqual(new Set([ofBob]));
      const said = (await bob.history(ofBob)).map(({ text }) => text);
      expect(said).toEqual(["one", "echo: Visitor: one", "two", "echo: Visitor: two"]);
      const { sessions } = await admin.call<{ sessions: { key: string }[] }>("session.list");
      expect(sessions.map(({ key }) => key)).toEqual(["agent:main:main"]);
      const transcripts = join(home, ".pi/gateway/sessions");
      expect(readdirSync(transcripts)).toHaveLength(1);
      const transcript = readFileSync(join(transcripts, readdirSync(transcripts)[0] ?? ""), "utf8");
      expect(transcript).toContain("Visitor: one");
      expect(transcript).toContain("Visitor: two");
    });
  });

  test("a visitor reads it by their own conversation only, and the owner by its key", async () => {
    await withGateway(shared, async ({ admin, url }) => {
      using alice = await ChatClient.connect(url, "for-visitors");
      await answerTo(alice, "alice", "one");
      for (const key of ["agent:main:main", "agent:main:dm:alice", "agent:main:telegram:dm:1"]) {
        expect(await failure(alice.history(key))).toContain("FORBIDDEN");
        expect(await failure(alice.call("chat.subscribe", { sessionKey: key }))).toContain("FORBIDDEN");
        expect(await failure(alice.call("chat.abort", { sessionKey: key }))).toContain("FORBIDDEN");
        expect(await failure(alice.send(key, "hello"))).toContain("FORBIDDEN");
      }
      expect(await admin.history("agent:main:main")).toHaveLength(2);
    });
  });
});

test("by default nobody reads what another conversation holds", async () => {
  const auth = { "channels.webchat": { auth: { mode: "token", token: "for-visitors" } } };
  await withGateway(auth, async ({ url }) => {
    using alice = await ChatClient.connect(url, "for-visitors");
    using bob = await ChatClient.connect(url, "for-visitors");
    await answerTo(alice, "alice-1", "a secret");
    await answerTo(bob, "bob-1", "hello");
    expect((await bob.history("agent:main:webchat:dm:bob-1")).map(({ text }) => text)).toEqual([
      "hello",
      "echo: hello",
    ]);
    expect(bob.frames.every(({ payload }) => payload.sessionKey === "agent:main:webchat:dm:bob-1")).toBe(
      true,
    );
  });
});
