import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Clock } from "../../../../src/lib/clock.ts";
import type { FaultMatch } from "../../../emulators/common/faults.ts";
import type { PiScript } from "../../../fakes/fake-pi.ts";
import {
  ALL_FAULTS,
  askedOnce,
  expectSeen,
  faultMatrix,
  nameOfFault,
  wholeAnswer,
} from "../../../fakes/fault-matrix.ts";
import { openFaultWorld } from "./fault-world.ts";

setDefaultTimeout(60_000);

const GROW: FaultMatch = { method: "cardkit.cardElement.content" };
/** A card that shows the whole answer already is only told that it has grown; else it is put anew. */
const FINISH: FaultMatch = { method: /^cardkit\.card\.(settings|update)$/ };
const SEND: FaultMatch = { method: "im.message.create" };
const MESSAGE = "im.message.receive_v1";
const ONCE = ["Anna: q1", wholeAnswer("q1")];
const USAGE = { inputTokens: 1, outputTokens: 1, costUsd: 0 };

faultMatrix({
  open: openFaultWorld,
  modes: ["off", "partial", "block"],
  send: () => SEND,
  edit: GROW,
  finalEdit: FINISH,
  repeatable: [
    { mode: "partial", name: "the making of the card", match: { method: "cardkit.card.create" } },
    { mode: "partial", name: "a name that is looked up", match: { method: "contact.user.get" } },
  ],
  dropsCopies: true,
  refusals: [
    { name: "429 in the header", fault: { kind: "429", retryAfter: 3, in: "header" } },
    { name: "429 as 400", fault: { kind: "429", retryAfter: 3, status: 400 } },
  ],
});

for (const way of ["websocket", "webhook"] as const) {
  describe(`events by ${way}`, () => {
    for (const fault of [{ kind: "duplicate" }, { kind: "reorder" }, { kind: "delay", ms: 7000 }] as const) {
      test(`a message meets ${fault.kind}, and each question is answered once`, async () => {
        await using world = await openFaultWorld({ mode: "partial", way });
        world.platform.faults.add({ ...fault, match: { method: MESSAGE } });
        world.platform.ask("q1");
        world.platform.ask("q2");
        await world.untilAnswered("q1", "q2");
        expect(await askedOnce(world)).toEqual(["q1", "q2"]);
      });
    }

    for (const fault of [
      { kind: "drop-before" },
      { kind: "drop-after" },
      { kind: "slow", ms: 8000 },
    ] as const) {
      test(`an attempt to tell of a message meets ${fault.kind}, and each question is answered once`, async () => {
        await using world = await openFaultWorld({ mode: "partial", way });
        world.platform.faults.add({ ...fault, times: 2, match: { method: "push", path: MESSAGE } });
        world.platform.ask("q1");
        world.platform.ask("q2");
        await world.untilAnswered("q1", "q2");
        expect(await askedOnce(world)).toEqual(["q1", "q2"]);
      });
    }
  });
}

describe("the long connection", () => {
  // Feishu comes again for hours, but this test's time runs faster than a call is waited for.
  const heard = ALL_FAULTS.filter(({ kind }) => kind !== "half-open");
  for (const fault of [...heard, { kind: "429", retryAfter: 3, status: 400 } as const]) {
    test(`it breaks, the way to another meets ${nameOfFault(fault)}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      const { feishu, app, faults } = world.platform;
      world.platform.ask("q1");
      await world.untilAnswered("q1");
      faults.add({ ...fault, match: { method: "ws.endpoint" } });
      feishu.connections.of(app)[0]?.kill();
      world.platform.ask("q2");
      await world.untilAnswered("q2");
      await expectSeen(world, [...ONCE, "Anna: q2", wholeAnswer("q2")]);
    });
  }

  test("it breaks in the middle of an answer, which is seen once and whole", async () => {
    await using world = await openFaultWorld({ mode: "partial" });
    const { feishu, app } = world.platform;
    world.platform.ask("q1");
    await world.until(() => world.platform.liveLines().length === 2, "the beginning of an answer");
    feishu.connections.of(app)[0]?.kill();
    await world.untilAnswered("q1");
    await expectSeen(world, ONCE);
  });

  test("nothing is heard on it any more, and what was said meanwhile is answered once", async () => {
    await using world = await openFaultWorld({ mode: "partial" });
    const { feishu, app } = world.platform;
    feishu.connections.config.PingInterval = 0.5;
    feishu.connections.of(app)[0]?.kill();
    await world.until(() => feishu.connections.of(app).length === 1, "another line");
    const [line] = feishu.connections.of(app);
    if (line) line.isHalfOpen = true;
    world.platform.ask("q1");
    await world.untilAnswered("q1");
    expect(await askedOnce(world)).toEqual(["q1"]);
  });

  test("events come in pieces in any order, and each question is answered once", async () => {
    await using world = await openFaultWorld({ mode: "partial" });
    world.platform.app.fragmentation = { bytes: 64, order: "shuffled" };
    world.platform.ask("q1");
    world.platform.ask("q2");
    await world.untilAnswered("q1", "q2");
    expect(await askedOnce(world)).toEqual(["q1", "q2"]);
  });
});

describe("the token", () => {
  for (const fault of [...ALL_FAULTS, { kind: "429", retryAfter: 3, status: 400 } as const]) {
    test(`it is taken back in the middle of an answer, another one meets ${nameOfFault(fault)}, and the answer is seen once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      const { app, faults } = world.platform;
      world.platform.ask("q1");
      await world.until(() => world.platform.liveLines().length === 2, "the beginning of an answer");
      app.revokeTokens();
      faults.add({ ...fault, match: { method: "auth.tenantAccessToken.internal" } });
      await world.untilAnswered("q1");
      await expectSeen(world, ONCE);
      expect(faults.left).toEqual([]);
    });
  }
});

for (const mode of ["off", "partial", "block"] as const) {
  test(`${mode}: Feishu, which says 400 where others say 429, never has to ask for patience`, async () => {
    await using world = await openFaultWorld({ mode });
    world.platform.feishu.enforceRates(400);
    for (const question of ["q1", "q2", "q3"]) {
      world.platform.ask(question);
      await world.pass(5000);
    }
    await world.untilAnswered("q1", "q2", "q3");
    expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
    expect(world.platform.calls.all.filter(({ status }) => Number(status) >= 400)).toEqual([]);
  });
}

describe("the card of an answer", () => {
  test("somebody else's change has a later number, and the answer is seen once and whole", async () => {
    await using world = await openFaultWorld({ mode: "partial" });
    const { feishu } = world.platform;
    world.platform.ask("q1");
    await world.until(() => world.platform.liveLines().length === 2, "the beginning of an answer");
    for (const card of feishu.world.cards.values()) card.sequence += 5000;
    await world.untilAnswered("q1");
    await expectSeen(world, ONCE);
    expect(world.platform.liveLines()).toEqual(ONCE);
  });

  test("it is written for longer than ten minutes, after which Feishu ends its growing, and is whole all the same", async () => {
    await using world = await openFaultWorld({ mode: "partial" });
    world.path.pi.script = answerOver(
      world.path.clock,
      [120_000, 120_000, 120_000, 120_000, 150_000, 1000, 1000],
    );
    world.platform.ask("q1");
    await world.untilAnswered("q1");
    await expectSeen(world, ONCE);
    expect(world.platform.liveLines()).toEqual(ONCE);
  });

  test("an app that may make none answers in one message that grows, and then in whole", async () => {
    await using world = await openFaultWorld({ mode: "partial", withoutScopes: ["cardkit:card:write"] });
    world.platform.ask("q1");
    await world.until(() => world.platform.liveLines().length === 2, "the beginning of an answer");
    expect(world.platform.liveLines()[1]).not.toBe(wholeAnswer("q1"));
    await world.untilAnswered("q1");
    await expectSeen(world, ONCE);
  });
});

/** Says the answer in pieces, with these pauses between them. */
function answerOver(clock: Clock, pausesMs: readonly number[]): PiScript {
  return async function* (prompt, pi, signal) {
    pi.write("user", prompt.text);
    const words = wholeAnswer("q1")
      .replace("bot: ", "")
      .split(/(?<= )/);
    const text = words.join("");
    yield { type: "message_start" };
    for (const [index, delta] of words.entries()) {
      yield { type: "text", delta };
      await clock.sleep(pausesMs[index] ?? 100, signal);
    }
    pi.write("assistant", text, "stop");
    yield { type: "message_end", text, stopReason: "stop" };
    yield { type: "end", reason: "stop", usage: USAGE };
  };
}
