import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL, newerPi, OWN_PI } from "../fakes/pi-world.ts";
import { until } from "../web/on-page.ts";

setDefaultTimeout(120_000);

const ALICE = "agent:main:webchat:dm:alice";

const gatewayWith = (piCliPath: string, more: Record<string, object> = {}) =>
  new GatewayProcess({
    config: { ...more, agent: { piCliPath, extensions: [FAUX_MODEL], model: "faux/echo", ...more["agent"] } },
  });

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);

/** What the page shows for one message: the text of its one end. */
async function ask(client: ChatClient, text: string): Promise<string> {
  const { messageId } = await client.send(ALICE, text);
  const end = await client.end(messageId);
  expect(client.ends(messageId)).toHaveLength(1);
  // What names the message to the model is not what this is about.
  return (end.text ?? "").replace(/\n\n\[message_id: .*\]$/, "");
}

function put(gateway: GatewayProcess, path: string, text: string): void {
  const file = join(gateway.home, ".pi/agent", path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, text);
}

const PIS = [
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
] as const;

describe.each(PIS)("commands with the real pi %s", (_version, piCliPath) => {
  test("before, while and after an answer streams: each ends once, and ordinary messages are answered", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    expect(await ask(alice, "/status")).toBe("Nothing has been said here yet.");
    expect(await ask(alice, "/new")).toContain("A new conversation");
    expect(await ask(alice, "one")).toBe("echo: one");

    const before = alice.frames.length;
    const long = await alice.send(ALICE, "slow 100000 20 10");
    await alice.until("the first words", (frames) =>
      frames.slice(before).some(({ payload }) => payload.state === "delta"),
    );
    expect(await ask(alice, "/status")).toContain("writing an answer");
    expect(await ask(alice, "/compact")).toContain("An answer is being written");
    expect(await ask(alice, "/stop")).toContain("The answer was stopped");
    expect(await alice.end(long.messageId)).toMatchObject({ state: "aborted" });

    expect(await ask(alice, "two")).toBe("echo: two");
    expect(await ask(alice, "/new three")).toBe("echo: three");
    expect(await ask(alice, "roles")).toBe("user,user");
    expect(await ask(alice, "/unknown thing")).toBe("echo: /unknown thing");
    const rows = await alice.history(ALICE);
    expect(rows.map(({ role, text }) => `${role}: ${text}`.slice(0, 40))).toEqual(
      expect.arrayContaining([
        "user: /status",
        "assistant: A new conversation. What was ",
        "user: /new three",
      ]),
    );
    expect(
      rows.filter(({ role, state }) => role === "user" && !["done", "cancelled"].includes(state ?? "")),
    ).toEqual([]);
  });

  test("a skill and a template of theirs run where they are allowed, and are text where they are not", async () => {
    const gateway = gatewayWith(piCliPath());
    await using _ending = gateway;
    const skill = "---\nname: answer\ndescription: Knows the answer.\n---\nThe answer is 42.\n";
    put(gateway, "skills/answer/SKILL.md", skill);
    put(gateway, "prompts/greet.md", "---\ndescription: Greets\n---\nSay hello to $1.\n");
    await gateway.start();
    {
      using alice = await connect(gateway);
      const said = await ask(alice, "/skill:answer\nnow");
      expect(said).toContain("The answer is 42.");
      expect(said).toEndWith("now");
      expect(await ask(alice, "/GREET Bob")).toContain("Say hello to Bob.");
      const help = await ask(alice, "/help");
      expect(help).toContain("- `/skill:answer` – Knows the answer.");
      expect(help).toContain("- `/greet` – Greets");
      expect(await ask(alice, " /greet Bob")).toBe("echo: /greet Bob");
      expect((await alice.history(ALICE))[0]).toMatchObject({ role: "user", text: "/skill:answer\nnow" });
    }
    await gateway.kill("SIGTERM");
    const agent = { piCliPath: piCliPath(), extensions: [FAUX_MODEL], model: "faux/echo" };
    gateway.configure({ agent, commands: { allow: "none" } });
    await gateway.start();
    using alice = await connect(gateway);
    expect(await ask(alice, "/skill:answer now")).toBe("echo: /skill:answer now");
    expect(await ask(alice, "/greet Bob")).toBe("echo: /greet Bob");
    expect(await ask(alice, "/help")).not.toContain("greet");
  });

  test("a visitor without the gateway's credential may use only what is named for everybody", async () => {
    const channels = { webchat: { enabled: true, auth: { mode: "password", password: "visitor" } } };
    const agent = { piCliPath: piCliPath(), extensions: [FAUX_MODEL], model: "faux/echo" };
    const gateway = gatewayWith(piCliPath(), { channels });
    await using _ending = gateway;
    put(gateway, "prompts/greet.md", "Say hello to $1.\n");
    put(gateway, "prompts/other.md", "Another to $1.\n");
    await gateway.start();
    {
      using visitor = await ChatClient.connect(gateway.url, "visitor");
      expect(await ask(visitor, "/greet Bob")).toBe("echo: /greet Bob");
      expect(await ask(visitor, "/whoami")).toContain("Owner: no");
    }
    await gateway.kill("SIGTERM");
    gateway.configure({ agent, channels, commands: { allow: ["greet"] } });
    await gateway.start();
    using visitor = await ChatClient.connect(gateway.url, "visitor");
    expect(await ask(visitor, "/greet Bob")).toContain("Say hello to Bob.");
    expect(await ask(visitor, "/other Bob")).toBe("echo: /other Bob");
  });

  test("what only the gateway asks of pi is no command of people's, whatever is allowed", async () => {
    await using gateway = gatewayWith(piCliPath());
    const modelFailover = { fallbacks: ["faux/echo2"] };
    const agent = { piCliPath: piCliPath(), extensions: [FAUX_MODEL], model: "faux/echo", modelFailover };
    gateway.configure({ agent, commands: { allow: "all" } });
    await gateway.start();
    using alice = await connect(gateway);
    expect(await ask(alice, "/pi-gateway-go-on")).toBe("echo: /pi-gateway-go-on");
    expect(await ask(alice, "/help")).not.toContain("go-on");
  });

  test("/model changes what answers, for this conversation alone, over a restart of the gateway", async () => {
    using openai = new FakeOpenAi();
    const gateway = new GatewayProcess({
      config: { agent: { piCliPath: piCliPath(), model: "local/echo" } },
    });
    await using _ending = gateway;
    await openai.addTo(join(gateway.home, ".pi/agent"));
    await gateway.start();
    const modelOf = async (text: string) => {
      using alice = await connect(gateway);
      await ask(alice, text);
      return openai.requests.at(-1)?.model;
    };
    expect(await modelOf("hello")).toBe("echo");
    {
      using alice = await connect(gateway);
      expect(await ask(alice, "/model")).toContain("**local/echo**");
      expect(await ask(alice, "/model local/overloaded")).toContain("**local/overloaded**");
    }
    await gateway.kill("SIGTERM");
    await gateway.start();
    using bob = await connect(gateway);
    const { messageId } = await bob.send("agent:main:webchat:dm:bob", "hello");
    await bob.end(messageId);
    expect(openai.requests.at(-1)?.model).toBe("echo");
    using alice = await connect(gateway);
    await alice.send(ALICE, "to the other");
    await until(() => openai.requests.at(-1)?.model === "overloaded");
    expect(await ask(alice, "/stop")).toContain("stopped");
    expect(await ask(alice, "/model default")).toContain("**local/echo**");
    expect(await modelOf("back")).toBe("echo");
  });

  test("/think reaches pi, and other conversations in the same process keep their level", async () => {
    await using gateway = await gatewayWith(piCliPath(), { agent: { pool: { min: 1, max: 1 } } }).start();
    using alice = await connect(gateway);
    expect(await ask(alice, "/think high")).toContain("**high**");
    await ask(alice, "hello");
    const { messageId } = await alice.send("agent:main:webchat:dm:bob", "hello");
    await alice.end(messageId);
    expect(levelsIn(gateway, "alice").at(-1)).toBe("high");
    expect(levelsIn(gateway, "bob").at(-1)).not.toBe("high");
  });

  test("/compact puts a summary in place of what was said", async () => {
    const gateway = gatewayWith(piCliPath());
    await using _ending = gateway;
    put(gateway, "settings.json", JSON.stringify({ compaction: { keepRecentTokens: 10 } }));
    await gateway.start();
    using alice = await connect(gateway);
    for (const word of ["one", "two", "three"]) await ask(alice, `${word} ${"x".repeat(2000)}`);
    expect(await ask(alice, "/compact keep the words")).toContain(
      "The conversation was shortened to a summary",
    );
    expect(transcriptOf(gateway, "alice")).toContain('"type":"compaction"');
    expect(await ask(alice, "/compact")).toBe("There is nothing to shorten yet.");
    expect(await ask(alice, "four")).toBe("echo: four");
    expect((await ask(alice, "roles")).split(",").length).toBeLessThan(7);
    await ask(alice, "/new");
    expect(await ask(alice, "/compact")).toBe("There is nothing to shorten yet.");
  });

  test("a summary that never comes can be stopped, and the conversation goes on as it was", async () => {
    using openai = new FakeOpenAi();
    const gateway = new GatewayProcess({
      config: { agent: { piCliPath: piCliPath(), model: "local/echo" } },
    });
    await using _ending = gateway;
    await openai.addTo(join(gateway.home, ".pi/agent"));
    put(gateway, "settings.json", JSON.stringify({ compaction: { keepRecentTokens: 10 } }));
    await gateway.start();
    using alice = await connect(gateway);
    for (const word of ["one", "two"]) await ask(alice, `${word} ${"x".repeat(2000)}`);
    await ask(alice, "/model local/hang");
    const { messageId } = await alice.send(ALICE, "/compact");
    await until(() => openai.requests.at(-1)?.model === "hang");
    expect(await ask(alice, "/stop")).toBe("The answer was stopped.");
    expect(await alice.end(messageId)).toMatchObject({ state: "aborted" });
    await ask(alice, "/model default");
    expect(await ask(alice, "three")).toBe("echo: three");
    const asked = JSON.stringify(openai.requests.at(-1)?.messages);
    for (const word of ["one", "two", "three"]) expect(asked).toContain(word);
  });
});

function transcriptOf(gateway: GatewayProcess, chat: string): string {
  const folder = join(gateway.stateDir, "sessions");
  const names = Array.from(new Bun.Glob("**/*.jsonl").scanSync(folder)).filter((name) => name.includes(chat));
  return names.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
}

/** The thinking levels that a transcript names. */
function levelsIn(gateway: GatewayProcess, chat: string): string[] {
  return [...transcriptOf(gateway, chat).matchAll(/"thinkingLevel":"(\w+)"/g)].map(
    ([, level]) => level ?? "",
  );
}
