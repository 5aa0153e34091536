// `bun run build`: dist/pi-gw, one file with everything but pi, and a first look at whether it works.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json";

const ROOT = join(import.meta.dir, "..");
const BINARY = join(ROOT, "dist", process.platform === "win32" ? "pi-gw.exe" : "pi-gw");
const WAIT_MS = 30_000;

await compile();
await smokeTest();
const megabytes = Math.round((await stat(BINARY)).size / 1_000_000);
console.log(`dist/pi-gw: ${megabytes} MB, starts, answers, and stops`);

/** Class names stay: an error's name is read from its class. A stranger's bunfig.toml must not run code in us. */
async function compile(): Promise<void> {
  const options = ["--compile", "--keep-names", "--no-compile-autoload-bunfig", `--outfile=${BINARY}`];
  const child = Bun.spawn([process.execPath, "build", ...options, join(ROOT, "src", "cli.ts")], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if ((await child.exited) !== 0) throw new Error("the binary could not be built");
}

/** Starts the binary on a home of its own: version, plugins, health, page, an answer of the demo model, stop. */
async function smokeTest(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "pi-gw-smoke-"));
  const env = { PATH: process.env["PATH"], HOME: home, PI_GATEWAY_STATE_DIR: join(home, "state") };
  try {
    const version = Bun.spawnSync([BINARY, "--version"], { env, cwd: home }).stdout.toString().trim();
    expect(version === manifest.version, `--version says ${version}`);
    await writePlugin(home, env);
    const gateway = Bun.spawn([BINARY, "gateway", "--port", "0"], {
      env,
      cwd: home,
      stdio: ["ignore", "inherit", "inherit"],
    });
    const { url } = await untilRunning(join(home, "state", "run.json"), gateway);
    const health: unknown = await (await fetch(`${url}/health`)).json();
    expect(isRecord(health) && typeof health["status"] === "string", "/health does not answer");
    const plugin = await fetch(`${url}/probe`);
    expect((await plugin.text()) === "not-found", "a plugin with imports from pi-gateway does not work");
    const page = await fetch(`${url}/`);
    expect(page.ok && (await page.text()).includes("<script"), "the page is not served");
    const token = (await Bun.file(join(home, "state", "token")).text()).trim();
    expect((await answerTo(url, token, "hello")).length > 0, "the demo model does not answer");
    gateway.kill("SIGTERM");
    expect((await gateway.exited) === 0, "SIGTERM does not end it with 0");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** A plugin made by the binary, with a route that needs what the gateway offers by name. */
async function writePlugin(home: string, env: Record<string, string | undefined>): Promise<void> {
  const made = Bun.spawnSync([BINARY, "plugin", "new", "probe"], { env, cwd: home });
  expect(made.success, `plugin new says ${made.stderr.toString()}`);
  const tested = Bun.spawnSync([BINARY, "plugin", "test", "plugins/probe"], { env, cwd: home });
  expect(tested.success, `the new plugin's test says ${tested.stderr.toString()}`);
  await Bun.write(
    join(home, "plugins", "probe", "index.ts"),
    `import { ChannelError, type GatewayPluginApi } from "pi-gateway";
     export default (api: GatewayPluginApi) => void api.registerHttpRoute(
       "GET", "/probe", () => new Response(new ChannelError("not-found", "x").code), { auth: "none" });`,
  );
}

async function untilRunning(runFile: string, gateway: Bun.Subprocess): Promise<{ url: string }> {
  const deadlineMs = Date.now() + WAIT_MS;
  while (Date.now() < deadlineMs && gateway.exitCode === null) {
    const run: unknown = await Bun.file(runFile)
      .json()
      // Not written yet: that is what is waited for.
      .catch(() => undefined);
    if (isRecord(run) && typeof run["url"] === "string") return { url: run["url"] };
    await Bun.sleep(50);
  }
  throw new Error(`the binary did not start: ${gateway.exitCode ?? "no answer in time"}`);
}

/** Sends one message through the WebSocket and resolves to the whole answer. */
async function answerTo(url: string, token: string, text: string): Promise<string> {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/ws`);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), WAIT_MS);
  socket.addEventListener("open", () => {
    socket.send(JSON.stringify({ type: "req", id: "1", method: "connect", params: { auth: { token } } }));
    socket.send(JSON.stringify({ type: "req", id: "2", method: "chat.send", params: { text } }));
  });
  socket.addEventListener("close", () => reject(new Error("the socket was closed")));
  socket.addEventListener("message", ({ data }) => {
    const frame: unknown = JSON.parse(String(data));
    const payload = isRecord(frame) && frame["event"] === "chat" ? frame["payload"] : undefined;
    if (isRecord(payload) && payload["state"] === "final") resolve(String(payload["text"]));
    if (isRecord(payload) && payload["state"] === "error") reject(new Error(JSON.stringify(payload)));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function expect(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(`the binary is not right: ${otherwise}`);
}
