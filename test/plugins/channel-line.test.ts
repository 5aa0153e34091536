import { expect, test } from "bun:test";
import { ChannelLine } from "../../src/plugins/channel-line.ts";
import { Connection } from "../../src/plugins/connection.ts";
import { ChannelError } from "../../src/plugins/types.ts";
import { FakeClock } from "../fakes/fake-clock.ts";
import { KeepingHost } from "../fakes/keeping-host.ts";

/** A line that is listened to with `hear`, and its bot. */
function lineWith(hear: (signal: AbortSignal) => Promise<void>) {
  const clock = new FakeClock();
  const connection = new Connection(clock);
  const host = new KeepingHost("/nowhere");
  const line = new ChannelLine<string>({
    connection,
    clock,
    words: {
      platform: "Fake",
      toError: (error) => new ChannelError("unreachable", String(error), { retry: "now" }),
      whyFinal: () => undefined,
    },
    whoAmI: { call: "who", ask: async () => "bot" },
    nameOf: (name) => name,
    hear: (_bot, _host, signal) => hear(signal),
  });
  return { line, host, clock, state: () => connection.status().state };
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

test("a fault of ours takes the line away for a while only, and shows meanwhile", async () => {
  let tries = 0;
  const { line, host, clock, state } = lineWith(async (signal) => {
    tries += 1;
    if (tries <= 3) throw new Error("the disk is full");
    await aborted(signal);
  });
  await line.start(host);
  await clock.advance(0);
  expect([tries, state()]).toEqual([1, "failed"]);
  await clock.advance(1000);
  expect([tries, state()]).toEqual([2, "failed"]);
  await clock.advance(1999);
  expect(tries).toBe(2);
  await clock.advance(1 + 4000);
  expect([tries, state()]).toEqual([4, "connected"]);
  await line.stop();
  expect(state()).toBe("stopped");
});

test("a line that has a fault again and again is tried once a minute, and can be stopped", async () => {
  let tries = 0;
  const { line, host, clock, state } = lineWith(async () => {
    tries += 1;
    throw new Error("broken");
  });
  await line.start(host);
  await clock.advance(3_600_000);
  expect(tries).toBeGreaterThan(60);
  expect(tries).toBeLessThan(70);
  await line.stop();
  const before = tries;
  await clock.advance(3_600_000);
  expect([tries, state()]).toEqual([before, "stopped"]);
});

test("listening that is of no use any more ends the line as it said", async () => {
  const { line, host, clock, state } = lineWith(async () => {});
  await line.start(host);
  await clock.advance(3_600_000);
  expect(state()).toBe("connected");
  expect(host.lines.filter(({ level }) => level === "error")).toEqual([]);
  await line.stop();
});
