import { expect, test } from "bun:test";
import { AgentError } from "../../src/core/errors.ts";
import type { WireCommand } from "../../src/core/rpc-protocol.ts";
import { RunSteering } from "../../src/core/run-steering.ts";

/** A pi that has a queue, and what it was told. */
class QueueingPi {
  readonly commands: WireCommand[] = [];
  queue: string[] = [];
  refusal: AgentError | undefined;
  lettingGo = 0;
  readonly steering = new RunSteering(this, () => (this.lettingGo += 1));

  async request(command: WireCommand): Promise<unknown> {
    this.commands.push(command);
    if (command.type === "get_state") return { pendingMessageCount: this.queue.length };
    if (this.refusal) throw this.refusal;
    if (command.type === "steer") this.queue.push(command.message);
    return undefined;
  }

  begin(): this {
    this.steering.read({ type: "agent_start" });
    return this;
  }

  /** Takes the oldest, in the form `as` if an extension changed it. */
  take(as = this.queue[0] ?? "") {
    this.queue.shift();
    return this.steering.read({ type: "message_start", message: { role: "user", content: as } });
  }
}

test("nothing is handed to a pi whose run has not begun, or has ended", async () => {
  const pi = new QueueingPi();
  const early = pi.steering.steer("early");
  await Promise.resolve();
  expect(pi.commands).toEqual([]);
  pi.begin();
  expect(await early).toBe(true);
  expect(pi.take()).toEqual([{ type: "steered", text: "early" }]);
  expect(await pi.steering.close()).toEqual([]);
  expect(await pi.steering.steer("late")).toBe(false);
  expect(pi.queue).toEqual([]);
});

test("one that waits for a run which never begins is not handed over", async () => {
  const pi = new QueueingPi();
  const waiting = pi.steering.steer("text");
  expect(await pi.steering.close()).toEqual([]);
  expect(await waiting).toBe(false);
});

test("a run that took all it was handed, or was handed nothing, is asked nothing at its end", async () => {
  const pi = new QueueingPi().begin();
  expect(await pi.steering.close()).toEqual([]);
  expect(pi.commands).toEqual([]);
  expect(pi.lettingGo).toBe(0);
});

test("messages of pi's own are nobody's", async () => {
  const pi = new QueueingPi().begin();
  await pi.steering.steer("yes");
  expect(pi.steering.read({ type: "message_start", message: { role: "user", content: "no" } })).toEqual([]);
  expect(pi.steering.read({ type: "message_start", message: { role: "assistant", content: "yes" } })).toEqual(
    [],
  );
  expect(pi.take("yes")).toHaveLength(1);
});

test("of two equal ones the first is taken, and the second is what is left", async () => {
  const pi = new QueueingPi().begin();
  expect(await pi.steering.steer("yes")).toBe(true);
  expect(await pi.steering.steer("yes")).toBe(true);
  expect(pi.take()).toHaveLength(1);
  expect(await pi.steering.close()).toEqual([]);
  expect(pi.lettingGo).toBe(1);
});

test("what an extension changed or handled is gone from pi's queue, so it was taken", async () => {
  const pi = new QueueingPi().begin();
  await pi.steering.steer("changed");
  await pi.steering.steer("left");
  expect(pi.take("something else")).toEqual([]);
  expect(await pi.steering.close()).toEqual([{ type: "steered", text: "changed" }]);
  expect(pi.lettingGo).toBe(1);
});

test("what pi refuses is not handed over; where it does not answer, its queue tells", async () => {
  const pi = new QueueingPi().begin();
  pi.refusal = new AgentError("refused", "no");
  expect(await pi.steering.steer("refused")).toBe(false);
  pi.refusal = new AgentError("timed-out", "nothing");
  expect(await pi.steering.steer("perhaps")).toBe(true);
  expect(await pi.steering.close()).toEqual([{ type: "steered", text: "perhaps" }]);
});

test("a run that broke off leaves a pi that has to be cleared of what it was handed", async () => {
  const pi = new QueueingPi().begin();
  await pi.steering.steer("text");
  pi.steering.abandon();
  expect(pi.lettingGo).toBe(1);
  const clean = new QueueingPi().begin();
  clean.steering.abandon();
  expect(clean.lettingGo).toBe(0);
  expect(await clean.steering.steer("late")).toBe(false);
});
