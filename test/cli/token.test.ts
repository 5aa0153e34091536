import { expect, test } from "bun:test";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { ChatClient } from "../fakes/chat-client.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";
import { CliWorld } from "./cli-world.ts";

const SLOW_MS = 30_000;

const tokenIn = async (stateDir: string) => (await readFile(join(stateDir, "token"), "utf8")).trim();

test("the token is shown at a terminal, and nowhere else", async () => {
  await using world = await CliWorld.make();
  expect(await world.run("token", "rotate")).toMatchObject({ code: EXIT.ok });
  const token = await tokenIn(world.stateDir);
  const piped = await world.run("token", "show");
  expect(piped.code).toBe(EXIT.usage);
  expect(piped.out + piped.err).not.toContain(token);
  const { code, screen } = await world.runAtTerminal("token", "show");
  expect(code).toBe(EXIT.ok);
  expect(screen.trim()).toBe(token);
});

test("before the first start there is no token, and the way to one is named", async () => {
  await using world = await CliWorld.make();
  const { code, screen } = await world.runAtTerminal("token", "show");
  expect(code).toBe(EXIT.failed);
  expect(screen).toContain("first start");
});

test("a configured token is shown, and is not rotated behind the configuration's back", async () => {
  await using world = await CliWorld.make();
  await world.configure({ gateway: { auth: { token: "${MY_TOKEN}" } } });
  world.env = { MY_TOKEN: "a-token-of-my-own" };
  expect((await world.runAtTerminal("token", "show")).screen.trim()).toBe("a-token-of-my-own");
  const { code, err } = await world.run("token", "rotate");
  expect(code).toBe(EXIT.failed);
  expect(err).toContain("the variable MY_TOKEN");
});

test("where there is no token it says what there is instead", async () => {
  await using world = await CliWorld.make();
  await world.configure({ gateway: { auth: { mode: "password", password: "open-sesame" } } });
  const { code, screen } = await world.runAtTerminal("token", "show");
  expect(code).toBe(EXIT.failed);
  expect(screen).toContain("gateway.auth.password");
  expect(screen).not.toContain("open-sesame");
});

test(
  "a rotated token counts at once: the old one is refused, its clients are closed, commands go on",
  async () => {
    await using gateway = new GatewayProcess();
    await gateway.start();
    await using world = await CliWorld.make();
    world.env = { PI_GATEWAY_STATE_DIR: gateway.stateDir };
    using old = await ChatClient.connect(gateway.url, gateway.token);
    expect(await world.run("token", "rotate")).toMatchObject({ code: EXIT.ok, err: "" });
    const fresh = await tokenIn(gateway.stateDir);
    expect(fresh).not.toBe(gateway.token);
    expect((await stat(join(gateway.stateDir, "token"))).mode & 0o777).toBe(0o600);
    await old.closed();
    await expect(ChatClient.connect(gateway.url, gateway.token)).rejects.toThrow("UNAUTHORIZED");
    using again = await ChatClient.connect(gateway.url, fresh);
    expect(again.isClosed).toBe(false);
    expect(await world.run("send", "--to", "webchat:a", "--message", "Hello")).toMatchObject({
      code: EXIT.ok,
    });
  },
  SLOW_MS,
);

test("the token of the webhooks is shown and replaced like the gateway's, and is another one", async () => {
  await using world = await CliWorld.make();
  expect((await world.run("token", "rotate", "--hooks")).err).toContain("Webhooks are off");
  await world.configure({ hooks: { enabled: true } });
  expect((await world.runAtTerminal("token", "show", "--hooks")).screen).toContain("first start");
  const { code, out } = await world.run("token", "rotate", "--hooks");
  expect([code, out]).toEqual([EXIT.ok, expect.stringContaining("token show --hooks")]);
  const shown = (await world.runAtTerminal("token", "show", "--hooks")).screen.trim();
  expect(shown).toBe((await readFile(join(world.stateDir, "hooks-token"), "utf8")).trim());
  await world.configure({ hooks: { enabled: true, token: "one-of-my-own" } });
  expect((await world.runAtTerminal("token", "show", "--hooks")).screen.trim()).toBe("one-of-my-own");
  expect((await world.run("token", "rotate", "--hooks")).err).toContain("set in the configuration");
});
