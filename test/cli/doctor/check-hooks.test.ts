import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { checkHooks } from "../../../src/cli/doctor/check-hooks.ts";
import { configs } from "../../core/config-of.ts";
import { join } from "node:path";

const { load, folder } = configs();
const check = (hooks: object, more: object = {}) =>
  checkHooks(load({ gateway: { stateDir: folder }, ...more, hooks }));

test("nothing is said of webhooks that are off", async () => {
  expect(await check({ enabled: false })).toEqual([]);
});

test("their addresses are told, and how to see the token", async () => {
  const mappings = { deploys: {}, old: { enabled: false } };
  expect(await check({ enabled: true, token: "t", mappings })).toEqual([
    {
      level: "ok",
      subject: "hooks",
      text: expect.stringMatching(
        /webhooks at \/hooks: wake, agent, deploys, with hooks\.token .*token show --hooks/,
      ),
    },
  ]);
});

test("a token that also opens the gateway is an error, wherever that one comes from", async () => {
  writeFileSync(join(folder, "token"), "made-at-the-first-start\n");
  const [finding] = await check({ enabled: true, token: "made-at-the-first-start" });
  expect(finding?.level).toBe("error");
  expect(finding?.text).toContain("the gateway's own credential");
  expect(finding?.text).not.toContain("made-at");
  writeFileSync(join(folder, "hooks-token"), "another\n");
  expect((await check({ enabled: true }))[0]?.level).toBe("ok");
});

test("an agent that is none is pointed out", async () => {
  const findings = await check(
    { enabled: true, token: "t", agent: "boss", mappings: { a: { agent: "mentor" } } },
    { agents: { list: [{ id: "mentor" }] } },
  );
  expect(findings.map(({ text }) => text)).toContain("hooks.agent: there is no agent boss");
  expect(findings).toHaveLength(2);
});
