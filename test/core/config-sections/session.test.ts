import { expect, test } from "bun:test";
import { configs } from "../config-of.ts";

const { load, problemsIn } = configs();

test("people have sessions of their own, and nothing begins anew, unless the configuration says so", () => {
  expect(load({}).config.session).toEqual({
    dmScope: "per-channel-peer",
    identityLinks: {},
    reset: { mode: "off", atHour: 4 },
    resetByType: {},
    resetByChannel: {},
  });
});

test.each<[object, string]>([
  [{ reset: { mode: "idle" } }, 'mode "idle" needs "idleMinutes" beside it'],
  [{ resetByType: { group: { mode: "idle" } } }, "session.resetByType.group.idleMinutes"],
  [{ reset: { mode: "daily", atHour: 24 } }, "session.reset.atHour"],
  [{ dmScope: "shared" }, "session.dmScope"],
  [{ identityLinks: { alice: ["123"] } }, "expected channel:id, such as telegram:123456789"],
])("%j is refused with what was expected", (session, said) => {
  expect(problemsIn({ session }).join("\n")).toContain(said);
});
