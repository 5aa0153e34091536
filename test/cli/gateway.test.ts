import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld, ROOT } from "./cli-world.ts";
import { until } from "../web/on-page.ts";

const SLOW_MS = 30_000;

let world: CliWorld;

beforeEach(async () => {
  world = await CliWorld.make();
});

afterEach(() => world[Symbol.asyncDispose]());

test(
  "a first start says what answers and what to know, and ends with the link that opens the page",
  async () => {
    await using gateway = new GatewayProcess({
      config: { channels: { telegram: { botToken: "${NO_SUCH_TOKEN}" } }, queue: { maxPerSesion: 3 } },
    });
    await gateway.start();
    const { output } = gateway;
    expect(output).toContain(`pi-gateway ${manifest.version}`);
    expect(output).toMatch(/pi \d+\.\d+\.\d+, DEMO/);
    expect(output).toContain("set agent.model");
    expect(output).toMatch(/Warning: .*NO_SUCH_TOKEN/);
    expect(output).toMatch(/Warning: .*maxPerSesion.*did you mean.*maxPerSession/);
    const printed = output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
    expect(printed.at(-1)).toBe(`WebChat: ${gateway.link}`);
    const page = await fetch(gateway.url);
    expect(page.headers.get("content-type")).toContain("text/html");
  },
  SLOW_MS,
);

test(
  "what the file asks for and this version does not do is named",
  async () => {
    await using gateway = new GatewayProcess({
      config: { channels: { signal: {} } },
    });
    await gateway.start();
    expect(gateway.output).toContain("Not active yet in this version: channels.signal.");
  },
  SLOW_MS,
);

test(
  "SIGTERM and SIGINT end it with 0, and it takes its announcement back",
  async () => {
    await using gateway = new GatewayProcess();
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await gateway.start();
      expect(existsSync(join(gateway.stateDir, "run.json"))).toBe(true);
      expect(await gateway.kill(signal)).toBe(EXIT.ok);
      expect(existsSync(join(gateway.stateDir, "run.json"))).toBe(false);
    }
  },
  SLOW_MS,
);

test(
  "a turn that runs may finish after the first signal; the second cuts it off and says so",
  async () => {
    await using gateway = new GatewayProcess({
      config: { gateway: { graceMs: 20_000 } },
      env: { PI_GATEWAY_DEMO_PACE_MS: "200" },
    });
    await gateway.start();
    using client = await ChatClient.connect(gateway.url, gateway.token);
    await client.send("agent:main:webchat:dm:slow", "tell me a long story");
    await client.until("the first words", (frames) =>
      frames.some(({ payload }) => payload.state === "delta"),
    );
    process.kill(gateway.pid, "SIGTERM");
    await until(() => gateway.output.includes("Stopping:"));
    // An echo of the first is not a second one; half a second later it is.
    await Bun.sleep(500);
    expect(await gateway.kill("SIGTERM")).toBe(EXIT.stoppedHard);
  },
  SLOW_MS,
);

test(
  "a Ctrl-C at the terminal, which reaches every program there, lets a turn finish",
  async () => {
    let screen = "";
    const child = Bun.spawn(["node", join(ROOT, "bin/pi-gw.mjs"), "gateway", "--port", "0"], {
      cwd: world.home,
      env: { PATH: process.env["PATH"] ?? "", HOME: world.home, PI_GATEWAY_DEMO_PACE_MS: "10" },
      terminal: {
        cols: 200,
        rows: 50,
        data: (_terminal, chunk) => (screen += Buffer.from(chunk).toString()),
      },
    });
    await until(() => /WebChat: http\S+\r\n/.test(screen));
    const { origin, hash } = new URL(/WebChat: (http\S+)/.exec(screen)?.[1] ?? "");
    using client = await ChatClient.connect(origin, hash.slice("#token=".length));
    const { messageId } = await client.send("agent:main:webchat:dm:slow", "tell me a long story");
    await client.until("the first words", (frames) =>
      frames.some(({ payload }) => payload.state === "delta"),
    );
    child.terminal?.write("\u0003");
    expect((await client.end(messageId)).state).toBe("final");
    expect(await child.exited).toBe(EXIT.ok);
    expect(screen.split("Stopping:")).toHaveLength(2);
  },
  SLOW_MS,
);

test(
  "the grace has an end: what does not finish in time is handed back, and that is a clean stop",
  async () => {
    await using gateway = new GatewayProcess({
      config: { gateway: { graceMs: 100 } },
      env: { PI_GATEWAY_DEMO_PACE_MS: "200" },
    });
    await gateway.start();
    using client = await ChatClient.connect(gateway.url, gateway.token);
    const { messageId } = await client.send("agent:main:webchat:dm:slow", "tell me a long story");
    await client.until("the first words", (frames) =>
      frames.some(({ payload }) => payload.state === "delta"),
    );
    expect(await gateway.kill("SIGTERM")).toBe(EXIT.ok);
    gateway.environment = {};
    await gateway.start();
    using again = await ChatClient.connect(gateway.url, gateway.token);
    await again.call("chat.subscribe", { sessionKey: "agent:main:webchat:dm:slow" });
    expect((await again.end(messageId)).state).toBe("final");
  },
  SLOW_MS,
);

test(
  "a second start on the same state says who holds it, and gives the link",
  async () => {
    await using gateway = new GatewayProcess();
    await gateway.start();
    world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
    const { code, err, out } = await world.run("gateway", "--port", "0");
    expect(code).toBe(EXIT.alreadyRunning);
    expect(out).toBe("");
    expect(err).toContain(`process ${gateway.pid}`);
    expect(err).toContain(gateway.link);
    expect(err).toContain("PI_GATEWAY_STATE_DIR");
    expect(await (await fetch(`${gateway.url}/health`)).json()).toMatchObject({ status: "ok" });
  },
  SLOW_MS,
);

test("a taken port is one sentence with the way out, never another port", async () => {
  using taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") });
  const { code, err, out } = await world.run("gateway", "--port", String(taken.port));
  expect(code).toBe(EXIT.portTaken);
  expect(out).toBe("");
  expect(err).toContain(`Port ${taken.port} is taken`);
  expect(err).toContain("--port");
  expect(err).not.toContain("    at ");
});

test("a wrong configuration stops the start with file, line, column, and what was expected", async () => {
  await world.configure('{\n  "gateway": { "bind": "loopbak" }\n}');
  const { code, err, out } = await world.run("gateway");
  expect(code).toBe(EXIT.badConfig);
  expect(out).toBe("");
  expect(err).toContain("pi-gateway.jsonc:2:24 gateway.bind");
  expect(err).toContain('"loopback"');
  expect(err).not.toContain("    at ");
});

test("a file that was named must be there", async () => {
  const { code, err } = await world.run("gateway", "--config", "nowhere.jsonc");
  expect(code).toBe(EXIT.badConfig);
  expect(err).toContain("nowhere.jsonc");
});
