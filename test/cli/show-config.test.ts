import { expect, test } from "bun:test";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { CliWorld } from "./cli-world.ts";

test("the whole configuration is shown as JSON, and where it comes from beside it", async () => {
  await using world = await CliWorld.make();
  await world.configure('{ "agent": { "pool": { "max": 7 } }, /* later */ }');
  const { code, out, err } = await world.run("config", "show");
  expect(code).toBe(EXIT.ok);
  expect(JSON.parse(out)).toMatchObject({ gateway: { port: 52_134 }, agent: { pool: { min: 1, max: 7 } } });
  expect(err).toContain("pi-gateway.jsonc");
});

test("no secret is shown, only its source and what tells it apart", async () => {
  await using world = await CliWorld.make();
  await world.configure({
    gateway: { auth: { token: "${MY_TOKEN}" } },
    hooks: { enabled: true, token: "literally-a-secret-of-hooks" },
  });
  world.env = { MY_TOKEN: "a-very-long-token-1234" };
  const { out, err } = await world.run("config", "show");
  expect(out + err).not.toContain("a-very-long-token");
  expect(out + err).not.toContain("literally-a-secret");
  expect(out).toContain("${MY_TOKEN}");
  expect(out).toContain("1234");
});

test("the generated token is hidden like any other", async () => {
  await using world = await CliWorld.make();
  await world.run("token", "rotate");
  const token = (await Bun.file(`${world.stateDir}/token`).text()).trim();
  const { out } = await world.run("config", "show");
  expect(out).not.toContain(token);
  expect(JSON.parse(out).gateway.auth.token).toContain("generated");
});

test("a configuration that cannot be used is not shown as if it could", async () => {
  await using world = await CliWorld.make();
  await world.configure('{ "gateway": { "port": "high" } }');
  expect(await world.run("config", "show")).toMatchObject({ code: EXIT.badConfig, out: "" });
});
