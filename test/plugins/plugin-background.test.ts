import { expect, jest, test } from "bun:test";
import { silentLogger } from "../../src/lib/logger.ts";
import { Registrations } from "../../src/plugins/registrations.ts";
import { PluginBackground } from "../../src/plugins/plugin-background.ts";
import type { PluginService } from "../../src/plugins/types.ts";

function world() {
  const registered = new Registrations<PluginService>("service", silentLogger);
  const services = new PluginBackground(registered, silentLogger);
  const seen: string[] = [];
  const add = (name: string, more: Partial<PluginService> = {}) =>
    registered.add(
      name,
      { name, start: () => void seen.push(`+${name}`), stop: () => void seen.push(`-${name}`), ...more },
      "plugin",
    );
  return { registered, services, seen, add };
}

const broken = () => {
  throw new Error("broken");
};

test("services run from the start of the gateway to its end, whenever they are added", async () => {
  const { services, seen, add } = world();
  add("early");
  expect(seen).toEqual([]);
  await services.start();
  add("late");
  expect(seen).toEqual(["+early", "+late"]);
  await services.stop();
  await services.stop();
  expect(seen.toSorted()).toEqual(["+early", "+late", "-early", "-late"]);
});

test("a service that is taken back has stopped once that is settled", async () => {
  const { registered, services, seen, add } = world();
  await services.start();
  const handle = add("a");
  handle[Symbol.dispose]();
  await registered.settled();
  expect(seen).toEqual(["+a", "-a"]);
  await services.stop();
  expect(seen).toEqual(["+a", "-a"]);
});

test("its signal aborts when it has to stop, and one without stop is fine", async () => {
  const { services, registered } = world();
  let signal: AbortSignal | undefined;
  registered.add("a", { name: "a", start: (given) => void (signal = given) }, "plugin");
  await services.start();
  expect(signal?.aborted).toBe(false);
  await services.stop();
  expect(signal?.aborted).toBe(true);
});

test("one that fails keeps nobody else from running, and says why; it is not stopped", async () => {
  const { services, seen, add } = world();
  add("bad", { start: broken });
  add("good");
  add("clumsy", { stop: broken });
  await services.start();
  await new Promise((resolve) => setImmediate(resolve));
  expect([...services.problems]).toEqual([["bad", "broken"]]);
  await services.stop();
  expect(seen).toEqual(["+good", "+clumsy", "-good"].toSorted((a, b) => seen.indexOf(a) - seen.indexOf(b)));
  expect(seen).not.toContain("-bad");
});

test("one that never gets up, or never stops, holds nobody", async () => {
  jest.useFakeTimers();
  try {
    const { services, seen, add } = world();
    add("slow", { start: () => new Promise<void>(() => {}) });
    add("sticky", { stop: () => new Promise<void>(() => {}) });
    await services.start();
    const stopped = services.stop();
    for (let round = 0; round < 20; round++) await Promise.resolve();
    expect(seen).toContain("-slow");
    jest.advanceTimersByTime(10_000);
    await stopped;
  } finally {
    jest.useRealTimers();
  }
});
