import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChatClient, type ChatFrame } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { FAUX_MODEL, newerPi, OWN_PI } from "../fakes/pi-world.ts";

setDefaultTimeout(120_000);

const ALICE = "agent:main:webchat:dm:alice";

const gatewayWith = (piCliPath: string, agent: object = {}) =>
  new GatewayProcess({
    config: { agent: { piCliPath, extensions: [FAUX_MODEL], model: "faux/echo", ...agent } },
  });

const connect = (gateway: GatewayProcess) => ChatClient.connect(gateway.url, gateway.token);

/** What the deltas of a turn come to: the text since the last one that replaces. */
function streamed(frames: readonly ChatFrame[], turnId: string | undefined): string {
  let text = "";
  for (const { event, payload } of frames) {
    if (event !== "chat" || payload.turnId !== turnId || payload.state !== "delta") continue;
    text = payload.replace ? (payload.delta ?? "") : text + (payload.delta ?? "");
  }
  return text;
}

/** The pi processes of this gateway, by what its parent is. */
function pisOf(gateway: GatewayProcess): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === gateway.pid;
      } catch {
        // It ended while we looked.
        return false;
      }
    })
    .map(Number);
}

describe.each([
  ["0.73.1", () => OWN_PI],
  ["0.87.1", newerPi],
])("with the real pi %s", (version, piCliPath) => {
  test("an answer streams, ends in one final with the whole text, and is in the history", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId, sessionKey } = await alice.send(ALICE, "say 3000 100");
    const end = await alice.end(messageId);
    expect(end).toMatchObject({ state: "final", messageIds: [messageId], sessionKey });
    expect(end.text).toHaveLength(3000);
    expect(streamed(alice.frames, end.turnId)).toBe(end.text ?? "");
    expect(alice.ends(messageId)).toHaveLength(1);
    expect(await alice.history(ALICE)).toMatchObject([
      { role: "user", text: "say 3000 100", state: "done" },
      { role: "assistant", text: end.text },
    ]);
    expect(gateway.output).toContain(version);
  });

  test("the second message of a conversation knows the first, and other conversations know neither", async () => {
    await using gateway = await gatewayWith(piCliPath(), { pool: { max: 1 } }).start();
    using alice = await connect(gateway);
    await alice.end((await alice.send(ALICE, "one")).messageId);
    await alice.end((await alice.send("agent:main:webchat:dm:bob", "two")).messageId);
    const again = await alice.end((await alice.send(ALICE, "roles")).messageId);
    // Two messages of people: the first of this conversation and this one.
    expect(again.text).toBe("user,user");
  });

  test("people see what pi's tools do, with their results", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await alice.send(ALICE, 'tool bash {"command":"echo forty-two"}');
    const end = await alice.end(messageId);
    expect(end.text).toContain("forty-two");
    const tools = alice.frames.filter((frame) => frame.event === "tool").map((frame) => frame.payload);
    expect(tools[0]).toMatchObject({ tool: "bash", phase: "start", turnId: end.turnId });
    expect(tools.at(-1)).toMatchObject({ tool: "bash", phase: "end" });
    expect(JSON.stringify(tools.at(-1))).toContain("forty-two");
  });

  test("a stopped answer keeps what was said, and the next message is answered", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await alice.send(ALICE, "slow 100000 20 10");
    await alice.until("some text", (frames) => frames.some((frame) => frame.payload.state === "delta"));
    await alice.call("chat.abort", { sessionKey: ALICE });
    const end = await alice.end(messageId);
    expect(end.state).toBe("aborted");
    expect(end.text).toMatch(/^y+$/);
    const next = await alice.end((await alice.send(ALICE, "still there?")).messageId);
    expect(next).toMatchObject({ state: "final", text: "echo: still there?" });
  });

  test("a pi killed in the middle of an answer: the turn goes on in another, and there is one whole answer", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await alice.send(ALICE, "slow 3000 10 30");
    await alice.until("some text", (frames) => frames.some((frame) => frame.payload.state === "delta"));
    for (const pid of pisOf(gateway)) process.kill(pid, "SIGKILL");
    const end = await alice.end(messageId);
    expect(end).toMatchObject({ state: "final", text: "y".repeat(3000) });
    expect(streamed(alice.frames, end.turnId)).toBe("y".repeat(3000));
    expect(alice.ends(messageId)).toHaveLength(1);
    expect((await alice.history(ALICE)).map((row) => row.role)).toEqual(["user", "assistant"]);
  });

  test("a pi killed while it is idle costs the next message nothing", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    await alice.end((await alice.send(ALICE, "one")).messageId);
    for (const pid of pisOf(gateway)) process.kill(pid, "SIGKILL");
    const end = await alice.end((await alice.send(ALICE, "two")).messageId);
    expect(end).toMatchObject({ state: "final", text: "echo: two" });
  });

  test("100 conversations at once on 4 processes: 100 right answers, each in its own, in order", async () => {
    await using gateway = await gatewayWith(piCliPath(), { pool: { max: 4 } }).start();
    using client = await connect(gateway);
    const sent = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const session = `agent:main:webchat:dm:person-${index}`;
        const first = await client.send(session, `first of ${index}`);
        const second = await client.send(session, `second of ${index}`);
        return { session, index, ids: [first.messageId, second.messageId] };
      }),
    );
    for (const { session, index, ids } of sent) {
      const ends = await Promise.all(ids.map((id) => client.end(id)));
      const said = [...new Set(ends.map((end) => end.text))].join(" ");
      expect(ends.map((end) => end.state)).toEqual(["final", "final"]);
      expect(said).toContain(`first of ${index}`);
      expect(said.indexOf(`first of ${index}`)).toBeLessThan(said.indexOf(`second of ${index}`));
      expect(said.match(/of \d+/g)?.every((of) => of === `of ${index}`)).toBe(true);
      expect((await client.history(session)).filter((row) => row.role === "user")).toHaveLength(2);
    }
  });

  test("a model's failure is one sentence with what the provider said and a reference", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const end = await alice.end((await alice.send(ALICE, "error 401 invalid key")).messageId);
    expect(end.state).toBe("error");
    expect(end.error?.message).toContain("401 invalid key");
    const ref = end.error?.ref ?? "";
    expect(end.error?.message).toContain(ref);
    expect(gateway.log()).toContain(ref);
    expect((await alice.end((await alice.send(ALICE, "and now?")).messageId)).state).toBe("final");
  });

  test("what begins with a slash and is no command of ours is text for pi", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    for (const text of ["/export out.html", "/no-such-thing", "/skill:none at all", "/etc/hosts is a file"]) {
      const end = await alice.end((await alice.send(ALICE, text)).messageId);
      expect(end).toMatchObject({ state: "final" });
      expect(end.text).toContain(text);
    }
  });

  test("a skill of the person works as it is, and nothing in their folder is changed", async () => {
    await using gateway = gatewayWith(piCliPath());
    const folder = join(gateway.home, ".pi/agent");
    const skill = join(folder, "skills/greeting");
    mkdirSync(skill, { recursive: true });
    writeFileSync(
      join(skill, "SKILL.md"),
      "---\nname: greeting\ndescription: Greets in a special way.\n---\nRun greet.sh.\n",
    );
    writeFileSync(join(skill, "greet.sh"), "echo a special greeting\n");
    writeFileSync(join(folder, "settings.json"), '{"theme":"dark"}');
    const before = fingerprint(folder);
    await gateway.start();
    using alice = await connect(gateway);
    const system = await alice.end((await alice.send(ALICE, "system")).messageId);
    expect(system.text).toContain("Greets in a special way.");
    const command = JSON.stringify({ command: `sh ${join(skill, "greet.sh")}` });
    const greeted = await alice.end((await alice.send(ALICE, `tool bash ${command}`)).messageId);
    expect(greeted.text).toContain("a special greeting");
    await gateway.kill("SIGTERM");
    expect(fingerprint(folder)).toBe(before);
  });

  test("files that come with a message reach pi: text as a path it can read", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await alice.call<{ messageId: string }>("chat.send", {
      sessionKey: ALICE,
      text: "look at this",
      attachments: [{ name: "../../notes.txt", mimeType: "text/plain", base64: btoa("the notes") }],
    });
    const end = await alice.end(messageId);
    const path = /\[file: (\S+) \(text\/plain\)\]/.exec(end.text ?? "")?.[1] ?? "";
    expect(path).toStartWith(join(gateway.stateDir, "workspace/inbox/"));
    expect(readFileSync(path, "utf8")).toBe("the notes");
  });

  test("a gateway told to stop lets the answer finish; a killed one leaves no pi behind", async () => {
    await using gateway = await gatewayWith(piCliPath()).start();
    using alice = await connect(gateway);
    const { messageId } = await alice.send(ALICE, "slow 500 10 10");
    await alice.until("some text", (frames) => frames.some((frame) => frame.payload.state === "delta"));
    const stopped = gateway.kill("SIGTERM");
    expect(await alice.end(messageId)).toMatchObject({ state: "final", text: "y".repeat(500) });
    expect(await stopped).toBe(0);
    await gateway.start();
    using again = await connect(gateway);
    await again.end((await again.send(ALICE, "hello")).messageId);
    const left = pisOf(gateway);
    expect(left.length).toBeGreaterThan(0);
    await gateway.kill();
    await gateway.start();
    using third = await connect(gateway);
    await third.end((await third.send(ALICE, "hello again")).messageId);
    expect(left.filter((pid) => isAlive(pid))).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    // No such process any more.
    return false;
  }
}

/** What stands in a folder, byte for byte. */
function fingerprint(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true }).map(String).toSorted()) {
    const path = join(folder, name);
    hash.update(`${name}\n`);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest("hex");
}
