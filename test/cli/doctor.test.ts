import { expect, test } from "bun:test";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld } from "./cli-world.ts";

const SLOW_MS = 30_000;

test(
  "on a fresh machine it finds pi, says that the demo answers and how to change that, and all can work",
  async () => {
    await using world = await CliWorld.make();
    await world.configure({ gateway: { port: 0 } });
    const { code, out, err } = await world.run("doctor");
    expect(err).toBe("");
    expect(out).toMatch(/ok +Bun +\d/);
    expect(out).toMatch(/ok +pi +\d+\.\d+\.\d+/);
    expect(out).toMatch(/warning +model .*demo answers\n +→ Set agent\.model/);
    expect(out).toMatch(/note +gateway +does not run\n +→ Start it with: .* gateway/);
    expect(out).toMatch(/ok +state .*first start/);
    expect(code).toBe(EXIT.ok);
  },
  SLOW_MS,
);

test(
  "it leaves nothing behind",
  async () => {
    await using world = await CliWorld.make();
    await world.run("doctor");
    const left = [...new Bun.Glob("**").scanSync({ cwd: world.home, dot: true })];
    // Bun itself keeps what it has compiled.
    expect(left.filter((file) => !file.startsWith(".bun/"))).toEqual([]);
  },
  SLOW_MS,
);

test(
  "a pi that does not work, a bad folder and a taken port are errors, each with its way out",
  async () => {
    await using world = await CliWorld.make();
    using taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("mine") });
    await Bun.write(join(world.home, "a-file"), "");
    await world.configure({
      gateway: { port: taken.port, stateDir: "./a-file" },
      agent: { piCliPath: "./no-such-pi" },
    });
    const { code, out } = await world.run("doctor");
    expect(code).toBe(EXIT.failed);
    expect(out).toMatch(/error +pi .*no-such-pi/);
    expect(out).toMatch(new RegExp(`error +port .*${taken.port}.*\n +→ .*lsof -i :${taken.port}`));
    expect(out).toMatch(/error +state .*a-file is a file/);
    expect(out).toContain("3 to mend");
  },
  SLOW_MS,
);

test("a wrong configuration is shown in full, and nothing is judged by it", async () => {
  await using world = await CliWorld.make();
  await world.configure('{\n "gateway": { "port": "high" },\n "agent": { "pool": { "max": 0 } }\n}');
  const { code, out } = await world.run("doctor");
  expect(code).toBe(EXIT.failed);
  expect(out).toMatch(/error +config +pi-gateway\.jsonc:2:23 gateway\.port/);
  expect(out).toMatch(/error +config +pi-gateway\.jsonc:3:30 agent\.pool\.max/);
  expect(out).not.toMatch(/ pi /);
});

test(
  "secrets in a file that git tracks, and doors that stand open, are pointed out",
  async () => {
    await using world = await CliWorld.make();
    await world.configure({
      gateway: { port: 0, auth: { mode: "off" } },
      hooks: { enabled: true, token: "a-literal-secret" },
    });
    const git = (...args: string[]) => Bun.spawnSync(["git", ...args], { cwd: world.home });
    git("init", "--quiet");
    expect((await world.run("doctor")).out).not.toContain("git tracks");
    git("add", "--force", "pi-gateway.jsonc");
    const { out } = await world.run("doctor");
    expect(out).toMatch(/warning +config +git tracks .*hooks\.token/);
    expect(out).not.toContain("a-literal-secret");
    expect(out).toMatch(/warning +auth .*any program of this machine/);
  },
  SLOW_MS,
);

test(
  "a running gateway is found, and how it does: the socket, the pool, sizes, who can read its folder",
  async () => {
    await using gateway = new GatewayProcess();
    await gateway.start();
    await using world = await CliWorld.make();
    world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
    const { code, out } = await world.run("doctor");
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(`runs at ${gateway.url} (process ${gateway.pid})`);
    expect(out).toMatch(/ok +socket +a client can connect/);
    expect(out).toMatch(/ok +pool +0 of at most 4 pi at work/);
    expect(out).toMatch(/ok +state .*database \d+\.\d MB, transcripts .*media .*logs/);
    expect(out).not.toMatch(/ port /);
    await chmod(gateway.stateDir, 0o755);
    expect((await world.run("doctor")).out).toMatch(/warning +state +other users .*\n +→ chmod 700/);
  },
  SLOW_MS,
);

test("a folder that cannot be written is an error before the first message is lost", async () => {
  await using world = await CliWorld.make();
  const { checkState } = await import("../../src/cli/doctor/check-state.ts");
  const stateDir = join(world.home, "locked");
  await mkdir(stateDir, { mode: 0o500 });
  const findings = await checkState({ config: { gateway: { stateDir } } } as never);
  // Root may write everywhere, so there it is no error.
  const isRoot = process.getuid?.() === 0;
  expect(findings[0]?.level).toBe(isRoot ? "ok" : "error");
});
