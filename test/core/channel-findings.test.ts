import { expect, test } from "bun:test";
import { findingsOf } from "../../src/core/channel-findings.ts";
import type { Channel, Finding } from "../../src/core/channel.ts";

/** Only what is looked at. */
const channel = (name: string, findings?: () => Promise<readonly Finding[]>, account?: string) =>
  ({ name, ...(account ? { account } : {}), ...(findings ? { findings } : {}) }) as Channel;
const fine: Finding = { level: "ok", subject: "good", text: "connected" };

test("channels say what they found; one without an opinion says nothing", async () => {
  expect(await findingsOf([channel("good", async () => [fine]), channel("silent")])).toEqual([fine]);
});

test("one that fails or hangs is a finding itself, and holds up nobody", async () => {
  const failing = channel("bad", async () => Promise.reject(new Error("wrong token")), "work");
  const hanging = channel("stuck", () => new Promise(() => {}));
  expect(await findingsOf([failing, hanging, channel("good", async () => [fine])], 20)).toEqual([
    { level: "warning", subject: "bad/work", text: "wrong token" },
    { level: "warning", subject: "stuck", text: "it did not say how it is within 0.02 s" },
    fine,
  ]);
});
