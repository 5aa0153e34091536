import { afterEach, expect, test } from "bun:test";
import { BOOT_VARIABLE, endLeftovers, endOrphans, newBoot } from "../../src/core/leftovers.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";

const STATE = "/tmp/a-state-of-this-test";
const started: Bun.Subprocess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

/** A process as pi's bash starts one: in a session of its own, with what it inherited. */
function startMarked(mark: string, script = "exec sleep 60"): Bun.Subprocess {
  const child = Bun.spawn(["setsid", "sh", "-c", script], {
    env: { PATH: process.env["PATH"]!, [BOOT_VARIABLE]: mark },
  });
  started.push(child);
  return child;
}

/** The id of a boot whose gateway is gone: our pid, but another start time. */
const deadBoot = (id: string) => id.replace(/^(\w+\.\d+)\.\d+/, "$1.1");

const sweep = async (own: Awaited<ReturnType<typeof newBoot>>) =>
  endLeftovers(STATE, own, systemClock, silentLogger);

test("what a dead gateway left behind on this state is ended", async () => {
  const own = await newBoot(STATE);
  const child = startMarked(`${deadBoot(own.id)}/1`);
  while ((await sweep(own)) === 0);
  expect(await child.exited).not.toBe(0);
});

test("what ignores the polite signal is ended all the same", async () => {
  const own = await newBoot(STATE);
  const child = startMarked(`${deadBoot(own.id)}/1`, "trap '' TERM; while :; do sleep 1; done");
  while ((await sweep(own)) === 0);
  await child.exited;
  expect(child.signalCode).not.toBeNull();
});

test("a gateway that lives keeps its processes: this one, another start, another state", async () => {
  const own = await newBoot(STATE);
  const sibling = await newBoot(STATE); // Another boot of a process that lives: this one.
  const elsewhere = await newBoot("/tmp/another-state-of-this-test");
  const children = [own.markOf(1), sibling.markOf(1), `${deadBoot(elsewhere.id)}/1`].map((mark) =>
    startMarked(mark),
  );
  const dead = startMarked(`${deadBoot(own.id)}/9`);
  while ((await sweep(own)) === 0);
  await dead.exited;
  for (const child of children) expect(child.exitCode ?? child.signalCode).toBeNull();
});

test("after the death of one pi only what it had started is ended", async () => {
  const own = await newBoot(STATE);
  const [first, second] = [startMarked(own.markOf(1)), startMarked(own.markOf(11))];
  while ((await endOrphans(own.markOf(1), systemClock, silentLogger)) === 0);
  await first.exited;
  expect(second.exitCode ?? second.signalCode).toBeNull();
});
