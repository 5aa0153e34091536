import { expect, test } from "bun:test";
import { inactiveSections } from "../../src/core/config-inactive.ts";
import { configs } from "./config-of.ts";

const { load } = configs();
const inactive = (content: unknown) => inactiveSections(load(content), ["webchat"]);

test("nothing is called inactive that nobody asked for", () => {
  expect(inactive({})).toEqual([]);
  expect(
    inactive({ channels: { webchat: {}, telegram: { enabled: false } }, hooks: { enabled: false } }),
  ).toEqual([]);
  expect(inactive({ cron: { enabled: true, jobs: [] }, plugins: [], roles: {} })).toEqual([]);
});

test("what was asked for and does not run yet is named, so that nobody waits for it", () => {
  const job = { id: "a", schedule: { kind: "every", expr: "1h" }, task: "t" };
  expect(
    inactive({
      channels: { telegram: { botToken: "t" }, signal: {} },
      cron: { jobs: [job] },
      security: { ssrfGuard: {} },
      audio: {},
    }),
  ).toEqual(["channels.telegram", "channels.signal"]);
});
