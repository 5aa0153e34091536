import { describe, expect, test } from "bun:test";
import { diffConfig, needOf, planReload } from "../../src/core/config-diff.ts";
import { configSchema } from "../../src/core/config-schema.ts";
import { configs } from "./config-of.ts";

const { load } = configs();
const changed = (before: unknown, after: unknown) => diffConfig(load(before).config, load(after).config);

test("the same configuration, written otherwise, has no difference", () => {
  expect(changed("{}", '{ "gateway": { "port": 52134 } /* the default */ }')).toEqual([]);
});

test("differences are named by their paths: what was added, what is gone, what is another", () => {
  const before = {
    gateway: { port: 1 },
    agent: { skillsBase: ["/a"], model: "m" },
    channels: { telegram: {} },
  };
  const after = {
    gateway: { port: 2 },
    agent: { skillsBase: ["/a", "/b"] },
    channels: { telegram: { botToken: "t" } },
  };
  expect(changed(before, after)).toEqual([
    "gateway.port",
    "agent.model",
    "agent.skillsBase",
    "channels.telegram.botToken",
  ]);
  expect(changed({ channels: { telegram: {} } }, {})).toEqual(["channels.telegram"]);
});

describe("what a change needs", () => {
  test("is said for every section of the file", () => {
    for (const section of Object.keys(configSchema({}).shape)) {
      expect(needOf(section), section).toBe(needOf(`${section}.anything`));
    }
    expect(needOf("unheard.of")).toBe("restart");
  });

  test("is decided by the longest path that fits", () => {
    expect(needOf("gateway.auth.token")).toBe("nothing");
    expect(needOf("gateway.port")).toBe("restart");
    expect(needOf("agent.model")).toBe("recycle-pool");
    expect(needOf("agent.pool.max")).toBe("nothing");
    expect(needOf("agent.skillsBase[0]")).toBe("recycle-pool");
    expect(needOf("plugins.hookTimeoutMs")).toBe("nothing");
    expect(needOf("plugins.entries")).toBe("nothing");
    expect(needOf("$schema")).toBe("nothing");
  });

  test("is sorted for a whole reload", () => {
    expect(
      planReload([
        "gateway.port",
        "agent.model",
        "queue.mode",
        "channels.telegram.botToken",
        "channels.telegram.groups",
        'channels["my chat"].x',
      ]),
    ).toEqual({ recyclesPool: true, channels: ["telegram", "my chat"], afterRestart: ["gateway.port"] });
    expect(planReload(["queue.mode"])).toEqual({ recyclesPool: false, channels: [], afterRestart: [] });
  });
});
