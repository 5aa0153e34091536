import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { until } from "../web/on-page.ts";

setDefaultTimeout(60_000);

const ROOT = resolve(import.meta.dir, "../..");
const ALICE = "agent:main:webchat:dm:alice";

/** Outside the repository: nothing around it helps to find the gateway. */
const folder = mkdtempSync(join(tmpdir(), "everything-"));
const notesFile = join(folder, "notes.txt");
const everything = { path: join(folder, "everything"), options: { notes: notesFile } };

let gateway: GatewayProcess;
let alice: ChatClient;

beforeAll(async () => {
  cpSync(join(ROOT, "test/fakes/everything-plugin"), join(folder, "everything"), { recursive: true });
  const throwing = `export default (api) => { setInterval(() => { throw new Error("thrown in a timer"); }, 20);
    setTimeout(() => void Promise.reject(new Error("rejected unseen")), 5);
    api.registerTool({ name: "same", description: "", parameters: {}, execute: () => "first" }); };`;
  writeFileSync(join(folder, "throwing.ts"), throwing);
  const taken = `export default (api) => { api.registerTool({ name: "mine", description: "", parameters: {}, execute: () => "" });
    api.registerTool({ name: "same", description: "", parameters: {}, execute: () => "second" }); };`;
  writeFileSync(join(folder, "taken.ts"), taken);
  const others = ["throwing.ts", "taken.ts", "gone.ts"].map((name) => join(folder, name));
  gateway = new GatewayProcess({
    config: { plugins: [everything, ...others] },
    env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
  });
  await gateway.start();
  alice = await ChatClient.connect(gateway.url, gateway.token);
});

afterAll(async () => {
  alice[Symbol.dispose]();
  await gateway[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const notes = () => (existsSync(notesFile) ? readFileSync(notesFile, "utf8").trim().split("\n") : []);

async function noted(line: string | RegExp): Promise<void> {
  const late = AbortSignal.timeout(20_000);
  const isIt = (one: string) => (typeof line === "string" ? one === line : line.test(one));
  while (!notes().some(isIt)) {
    if (late.aborted) throw new Error(`${line} was not noted:\n${notes().slice(-20).join("\n")}`);
    await Bun.sleep(5);
  }
}

/** Until another plugin's timer, as fast as the one of `everything`, has fired so often; then that plugin goes as well. */
async function pulses(count: number): Promise<void> {
  const file = join(folder, "pulse.txt");
  const source = `import { appendFileSync } from "node:fs";
    export default () => { setInterval(() => appendFileSync(${JSON.stringify(file)}, "."), 20); };`;
  writeFileSync(join(folder, "pulse.ts"), source);
  gateway.configure({ plugins: [join(folder, "pulse.ts")] });
  await alice.call("config.reload");
  await until(() => existsSync(file) && readFileSync(file, "utf8").length >= count);
  gateway.configure({ plugins: [] });
  await alice.call("config.reload");
}

async function ask(text: string): Promise<string> {
  const { messageId } = await alice.send(ALICE, text);
  return (await alice.end(messageId)).text ?? "";
}

const get = (path: string, token?: string) =>
  fetch(gateway.url + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

interface Listed {
  readonly plugins: readonly {
    readonly id: string;
    readonly state: string;
    readonly problem?: string;
    readonly registered: readonly string[];
    readonly strays?: { readonly count: number; readonly last: string };
  }[];
}

const list = async () => (await alice.call<Listed>("plugin.list")).plugins;

test("its service and its channel have started, after it was told that the gateway has", async () => {
  await noted("loaded first calm");
  await noted("service started first");
  await noted("channel started first");
  await noted("gateway_start");
});

test("the model of the real pi calls its tool, and reads what is wrong with wrong arguments", async () => {
  expect(await ask('tool everything_echo {"text":"hello"}')).toContain(`first: hello for ${ALICE}`);
  const wrong = await ask('tool everything_echo {"txt":1}');
  expect(wrong).toContain("did not succeed");
  expect(wrong).toContain("text");
});

test("its hook stops pi's own bash", async () => {
  expect(await ask("run bash: echo forbidden")).toContain("Not first.");
  expect(await ask("run bash: echo allowed")).toContain("allowed");
});

test("its command answers in the chat, without the model", async () => {
  expect(await ask("/everything at all")).toBe("You said at all, I say first.");
});

test("its route is behind the gateway's credential, the one that asked to be open is not", async () => {
  expect((await get("/everything/bob")).status).toBe(401);
  const answer = await get("/everything/bob", gateway.token);
  expect(await answer.json()).toEqual({ word: "first", name: "bob" });
});

test("its channel brings a message in and the answer out", async () => {
  const said = await fetch(`${gateway.url}/everything/said`, {
    method: "POST",
    body: "run bash: echo through the pipe",
  });
  expect(await said.json()).toEqual({ receipt: "recorded" });
  await noted(/^sent .*/);
  await noted("through the pipe");
});

test("its method answers clients, and its state lives on", async () => {
  const count = (add: number) => alice.call<{ count: number; key: string }>("everything.count", { add });
  expect(await count(2)).toEqual({ count: 2, key: "agent:main:pipe:dm:bob" });
  expect((await count(3)).count).toBe(5);
});

test("its command of the program runs without the gateway's help", () => {
  const { stdout } = Bun.spawnSync([process.execPath, join(ROOT, "src/cli.ts"), "everything", "a", "b"], {
    cwd: join(gateway.home, "cwd"),
    env: { PATH: process.env["PATH"] ?? "", HOME: gateway.home },
  });
  expect(stdout.toString()).toBe("first: a, b\n");
});

test("plugins that throw in timers, take names or are missing stop nobody, and each is named with its reason", async () => {
  const about = Object.fromEntries((await list()).map((one) => [one.id, one]));
  expect(about["everything"]?.registered).toHaveLength(11);
  expect(about["throwing"]).toMatchObject({ state: "running" });
  expect(about["throwing"]?.strays?.count).toBeGreaterThan(2);
  expect(about["taken"]?.problem).toContain("the tool same is already registered by throwing");
  expect(about["gone"]?.problem).toContain("gone.ts does not exist");
  const log = gateway.log();
  expect(log).toContain("thrown in a timer");
  expect(log).toContain("rejected unseen");
  expect(log).toContain("a plugin failed outside of any call; the gateway goes on");
  expect((await get("/health")).status).toBe(200);
  expect(await ask("tool same {}")).toContain("first");
  expect(await ask("tool mine {}")).not.toContain("Here is what");
});

test("loaded again it is all new, also what its entry imports, and nothing of the old is left", async () => {
  writeFileSync(join(folder, "everything/words.ts"), 'export const WORD: string = "second";');
  const { plugins } = await alice.call<Listed>("plugin.reload", { id: "everything" });
  expect(plugins).toMatchObject([{ id: "everything", state: "running" }]);
  expect(plugins[0]?.problem).toBeUndefined();
  await noted("service stopped first");
  await noted("channel stopped first");
  await noted("service started second");
  await noted("channel started second");
  await noted("tick second");
  const since = notes().lastIndexOf("tick first");
  expect(notes().indexOf("tick second")).toBeGreaterThan(since);
  expect(await ask('tool everything_echo {"text":"hello"}')).toContain("second: hello");
  expect(await ask("run bash: echo forbidden")).toContain("Not second.");
  expect(await ask("/everything again")).toBe("You said again, I say second.");
  expect(await (await get("/everything/bob", gateway.token)).json()).toMatchObject({ word: "second" });
  expect((await alice.call<{ count: number }>("everything.count", { add: 1 })).count).toBe(6);
});

test("a version that cannot be loaded leaves the one before in force", async () => {
  writeFileSync(join(folder, "everything/words.ts"), "export const WORD: string = ;");
  const { plugins } = await alice.call<Listed>("plugin.reload");
  expect(plugins[0]).toMatchObject({ id: "everything", state: "running" });
  expect(plugins[0]?.problem).toContain("words.ts:1:");
  expect(await ask('tool everything_echo {"text":"still"}')).toContain("second: still");
});

test("changed in the configuration it follows without a restart: other options, then gone", async () => {
  writeFileSync(join(folder, "everything/words.ts"), 'export const WORD: string = "third";');
  gateway.configure({ plugins: [{ ...everything, options: { notes: notesFile, mood: "loud" } }] });
  expect(await alice.call<object>("config.reload")).toMatchObject({ reloaded: true, needsRestart: [] });
  await noted("loaded third loud");
  expect((await list()).map(({ id }) => id)).toEqual(["everything"]);
  gateway.configure({ plugins: [] });
  await alice.call("config.reload");
  await noted("channel stopped third");
  expect((await get("/everything/bob", gateway.token)).status).toBe(404);
  expect(alice.call("everything.count")).rejects.toThrow("UNKNOWN_METHOD");
  expect(await ask("run bash: echo forbidden")).toContain("forbidden");
  const ticks = notes().length;
  await pulses(5);
  expect(notes()).toHaveLength(ticks);
});

test("told to stop, the gateway stops its plugins first", async () => {
  gateway.configure({ plugins: [everything] });
  await alice.call("config.reload");
  await noted("service started third");
  const before = notes().length;
  expect(await gateway.kill("SIGTERM")).toBe(0);
  const last = notes()
    .slice(before)
    .filter((line) => !line.startsWith("tick"));
  expect([...new Set(last)].toSorted()).toEqual([
    "channel stopped third",
    "gateway_stop",
    "service stopped third",
  ]);
});
