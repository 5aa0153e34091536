import { describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LineSplitter } from "../../src/lib/jsonl.ts";
import { FakeOpenAi } from "../fakes/fake-openai.ts";
import { endOf, FAUX_MODEL, newerPi, OWN_PI, PiWorld } from "../fakes/pi-world.ts";

setDefaultTimeout(60_000);

const PIS = [
  { version: "0.73.1", script: OWN_PI },
  { version: "0.87.1", script: newerPi() },
];

/** Everything about a folder that somebody could notice: names, kinds, contents, modes. */
async function pictureOf(folder: string): Promise<string> {
  const lines: string[] = [];
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name);
    const link = await readlink(path).catch(() => undefined);
    const facts = await stat(path);
    const text = facts.isFile() ? Bun.hash(await readFile(path)).toString(36) : "";
    lines.push(`${name} ${facts.mode.toString(8)} ${facts.mtimeMs} ${link ?? ""} ${text}`);
  }
  return lines.join("\n");
}

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, text, { mode });
}

describe.each(PIS)("pi $version in the person's home", ({ script }) => {
  test("a model that they set up answers, and nothing of theirs is changed", async () => {
    using openai = new FakeOpenAi();
    // A default that is not the wanted model: pi 0.73 writes the change into its settings.
    await using world = await PiWorld.make({
      agent: { piCliPath: script, model: "faux/echo2", extensions: [FAUX_MODEL], pool: { min: 1, max: 2 } },
    });
    const agentDir = join(world.home, ".pi/agent");
    await openai.addTo(agentDir);
    await put(
      join(agentDir, "settings.json"),
      '{"defaultProvider":"local","defaultModel":"echo","theme":"dark"}',
    );
    await put(join(agentDir, "auth.json"), '{"openai":{"type":"api_key","key":"k"}}', 0o600);
    await put(join(agentDir, "keybindings.json"), '{"cursorUp":"up"}');
    await put(join(agentDir, "tools/fd"), "#!/bin/sh\n", 0o755);
    await put(join(agentDir, "commands/old.md"), "An old command");
    await put(join(agentDir, "sessions/--x--/1_a.jsonl"), '{"type":"session","id":"a","cwd":"/x"}\n');
    await put(join(agentDir, "2_b.jsonl"), '{"type":"session","id":"b","cwd":"/x"}\n');
    const before = await pictureOf(world.home);

    await world.pool.start();
    expect(await world.ask("a", "hello")).toBe("echo: hello");
    expect(world.pool.stats().model).toMatchObject({ id: "faux/echo2", isDemo: false });
    await world.ask("b", 'tool bash {"command":"echo hi"}');
    expect(await pictureOf(world.home)).toBe(before);

    // Without a wish of ours it is their default, over pi's own HTTP client.
    world.configure({ agent: { piCliPath: script, extensions: [FAUX_MODEL] } });
    await world.pool.recycle();
    expect(await world.ask("c", "over http")).toBe("echo: over http");
    expect(world.pool.stats().model).toMatchObject({ id: "local/echo", isDemo: false });
    expect(openai.requests.map(({ model }) => model)).toEqual(["echo"]);
    expect(await pictureOf(world.home)).toBe(before);
  });

  test("a person without any pi folder does not get one, nor anything else in their home", async () => {
    await using world = await PiWorld.make({
      agent: { piCliPath: script, model: "faux/echo", extensions: [FAUX_MODEL] },
      env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: "" },
    });
    await world.pool.start();
    expect(await world.ask("a", "hello")).toBe("echo: hello");
    expect(await readdir(world.home)).toEqual([]);
  });

  test("a login that comes while we run is used by the next message", async () => {
    using openai = new FakeOpenAi();
    await using world = await PiWorld.make({ agent: { piCliPath: script, model: "local/echo" } });
    await world.pool.start();
    await world.ask("a", "hello");
    expect(world.pool.stats().model).toMatchObject({ isDemo: true });
    await openai.addTo(join(world.home, ".pi/agent"));
    world.profiles.forget(); // What was looked up a moment ago is good for a second.
    expect(await world.ask("a", "hello again")).toBe("echo: hello again");
    expect(world.pool.stats().model).toMatchObject({ id: "local/echo", isDemo: false });
  });

  test("a skill in their folder is offered to the model, and its script runs", async () => {
    await using world = await PiWorld.make({
      agent: { piCliPath: script, model: "faux/echo", extensions: [FAUX_MODEL] },
    });
    const skill = join(world.home, ".pi/agent/skills/answer");
    await put(
      join(skill, "SKILL.md"),
      "---\nname: answer\ndescription: Knows the answer to everything.\n---\nRun answer.sh.\n",
    );
    await put(join(skill, "answer.sh"), "#!/bin/sh\necho the answer is 42\n", 0o755);
    await world.pool.start();
    const system = await world.ask("a", "system");
    expect(system).toContain("Knows the answer to everything.");
    const place =
      /<location>(.*answer\/SKILL\.md)<\/location>/.exec(system.replaceAll("\\n", "\n"))?.[1] ?? "";
    const command = place.replace("SKILL.md", "answer.sh");
    expect(await world.ask("a", `tool bash ${JSON.stringify({ command })}`)).toContain("the answer is 42");
  });

  test("an extension of theirs that fails to load is named, not passed over in silence", async () => {
    await using world = await PiWorld.make({ agent: { piCliPath: script } });
    await put(
      join(world.home, ".pi/agent/extensions/broken.ts"),
      "export default function () { throw new Error('sorry') }",
    );
    await world.pool.start();
    expect(world.ask("a", "hello")).rejects.toThrow("broken.ts");
  });

  test("a session goes on in another workspace when the old one is gone", async () => {
    const agent = { piCliPath: script, model: "faux/echo", extensions: [FAUX_MODEL] };
    await using world = await PiWorld.make({ agent });
    await world.pool.start();
    await world.ask("a", "remember me");
    await rm(world.layout.workspace, { recursive: true });
    world.configure({ agent: { ...agent, workspace: join(world.root, "moved") } });
    await world.pool.recycle();
    expect(await world.ask("a", 'tool bash {"command":"pwd"}')).toContain(join(world.root, "moved"));
    expect(await world.ask("a", "roles")).toStartWith("user,user");
  });

  test("models of a real server stream through pi, and its failures are the run's", async () => {
    using openai = new FakeOpenAi();
    await using world = await PiWorld.make({ agent: { piCliPath: script, model: "local/refused" } });
    await openai.addTo(join(world.home, ".pi/agent"));
    await world.pool.start();
    const end = endOf(await world.prompt(world.session("a"), "hello"));
    expect(end).toMatchObject({ reason: "error", error: expect.stringContaining("Incorrect API key") });
  });

  test("a long answer in small pieces does not cost megabytes on the pipe", async () => {
    await using world = await PiWorld.make({
      agent: { piCliPath: script, model: "faux/echo", extensions: [FAUX_MODEL] },
    });
    await world.pool.start();
    await world.ask("a", "hello");
    using reads = spyOn(LineSplitter.prototype, "push");
    expect(await world.ask("a", "say 20000 20")).toHaveLength(20_000);
    const bytes = reads.mock.calls.reduce((sum, [chunk]) => sum + chunk.length, 0);
    // A thousand deltas: some 100 bytes each, and not the whole message each time.
    expect(bytes).toBeLessThan(1_000_000);
  });
});
