import { afterAll, beforeAll, expect, test } from "bun:test";
import manifest from "../../package.json";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "./cli-world.ts";

let world: CliWorld;

beforeAll(async () => {
  world = await CliWorld.make();
});

afterAll(() => world[Symbol.asyncDispose]());

test("the version is a version and nothing else, for scripts", async () => {
  expect(await world.run("--version")).toEqual({ code: EXIT.ok, out: `${manifest.version}\n`, err: "" });
});

test("without a command there is help, and it names every command", async () => {
  const { code, out } = await world.run();
  expect(code).toBe(EXIT.ok);
  for (const command of ["gateway", "doctor", "config", "token", "send"]) expect(out).toContain(command);
});

test("each command has help of its own", async () => {
  for (const command of [
    ["gateway"],
    ["doctor"],
    ["config", "show"],
    ["token", "show"],
    ["token", "rotate"],
    ["send"],
  ]) {
    const { code, out } = await world.run(...command, "--help");
    expect(code).toBe(EXIT.ok);
    expect(out).toContain("--config <file>");
  }
});

test("a mistyped command or option is answered with what was probably meant", async () => {
  expect(await world.run("gatewya")).toMatchObject({
    code: EXIT.usage,
    err: expect.stringContaining("Did you mean gateway?"),
  });
  expect(await world.run("gateway", "--prot", "1")).toMatchObject({
    code: EXIT.usage,
    err: expect.stringContaining("Did you mean --port?"),
  });
  expect(await world.run("token", "shwo")).toMatchObject({
    code: EXIT.usage,
    err: expect.stringContaining("Did you mean show?"),
  });
});

test("a port that is none is refused before anything starts", async () => {
  for (const port of ["abc", "70000", "-1", "80.5", ""]) {
    const { code, err } = await world.run("gateway", `--port=${port}`);
    expect(code, port).toBe(EXIT.usage);
    expect(err).toContain("0 to 65535");
  }
});

test("what a command needs is asked for", async () => {
  expect(await world.run("send", "--to", "webchat:a")).toMatchObject({
    code: EXIT.usage,
    err: expect.stringContaining("--message"),
  });
});
