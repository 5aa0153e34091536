import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  ALL_FAULTS,
  askedOnce,
  expectSeen,
  faultMatrix,
  nameOfFault,
  wholeAnswer,
} from "../../../fakes/fault-matrix.ts";
import type { FaultWorld } from "../../../fakes/fault-world.ts";
import { type FaultyDiscord, openFaultWorld } from "./fault-world.ts";

setDefaultTimeout(60_000);

/** What holds for the whole account is waited for in real time, by the library that makes the calls. */
const PATIENCE_S = 0.2;

type World = FaultWorld<FaultyDiscord>;

faultMatrix({
  open: openFaultWorld,
  modes: ["off", "partial", "block"],
  send: () => ({ method: "createMessage" }),
  edit: { method: "editMessage" },
  repeatable: [{ mode: "partial", name: "triggerTyping", match: { method: "triggerTyping" } }],
  dropsCopies: true,
  refusals: [
    { name: "429 in the header", fault: { kind: "429", retryAfter: PATIENCE_S, in: "header" } },
    { name: "429 in the html", fault: { kind: "429", retryAfter: PATIENCE_S, in: "html" } },
    { name: "429 for all", fault: { kind: "429", retryAfter: PATIENCE_S, scope: "global" } },
    { name: "429 shared", fault: { kind: "429", retryAfter: PATIENCE_S, scope: "shared" } },
  ],
});

/** Asks one question before something happens to the line, one while it is away, and one after it is back. */
async function askAround(world: World, happens: () => void): Promise<void> {
  const { platform } = world;
  platform.ask("q1");
  await world.until(() => world.path.pi.prompts.length === 1, "a prompt");
  happens();
  platform.ask("q2");
  await world.pass(10_000);
  platform.ask("q3");
  await world.untilAnswered("q1", "q2", "q3");
  expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
}

/** What may happen to the line, whether the session goes on after it, and what happens when. */
const LINE: readonly [string, "resumed" | "begun anew", (world: World) => void][] = [
  ["Discord asks for another connection (op 7)", "resumed", (world) => gatewayOf(world).reconnect()],
  ["the session may be resumed (op 9 true)", "resumed", (world) => gatewayOf(world).invalidate(true)],
  ["the session is lost (op 9 false)", "begun anew", (world) => gatewayOf(world).invalidate(false)],
  ["the socket breaks off", "resumed", (world) => gatewayOf(world).cut()],
  ["nothing gets through, and nobody says so", "resumed", (world) => gatewayOf(world).zombify()],
  ["Discord closes with 4000", "resumed", (world) => gatewayOf(world).close(4000)],
  ["Discord closes with 1001", "resumed", (world) => gatewayOf(world).close(1001)],
  ["the number was wrong (4007)", "begun anew", (world) => gatewayOf(world).close(4007)],
  ["the session timed out (4009)", "begun anew", (world) => gatewayOf(world).close(4009)],
  ["Discord is away for a minute", "resumed", (world) => world.platform.discord.outage(60_000)],
  [
    "Discord is away for a minute and forgets the session",
    "begun anew",
    (world) => world.platform.discord.outage(60_000, { keepSessions: false }),
  ],
];

const gatewayOf = ({ platform }: World) => platform.discord.gateway;

describe("the line to Discord's gateway", () => {
  for (const [what, outcome, happens] of LINE) {
    test(`${what}: the session is ${outcome}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      await askAround(world, () => happens(world));
      const { identifyCount, resumeCount } = gatewayOf(world);
      if (outcome === "resumed") expect([identifyCount, resumeCount > 0]).toEqual([1, true]);
      else expect(identifyCount).toBe(2);
    });
  }

  test("heartbeats that are not answered end the line, and what was written is fetched by the next one", async () => {
    await using world = await openFaultWorld({ mode: "off" });
    const gateway = gatewayOf(world);
    gateway.acknowledges = false;
    await world.until(() => gateway.resumeCount > 0, "another connection");
    gateway.acknowledges = true;
    world.platform.ask("q1");
    await world.untilAnswered("q1");
    await expectSeen(world, ["Anna: q1", wholeAnswer("q1")]);
  });

  for (const fault of [{ kind: "duplicate" }, { kind: "reorder" }, { kind: "delay", ms: 7000 }] as const) {
    test(`a message meets ${fault.kind}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      world.platform.faults.add({ ...fault, match: { method: "MESSAGE_CREATE" } });
      world.platform.ask("q1");
      world.platform.ask("q2");
      await world.untilAnswered("q1", "q2");
      expect(await askedOnce(world)).toEqual(["q1", "q2"]);
    });
  }
});

describe("what was written meanwhile", () => {
  const refusals = [{ kind: "429", retryAfter: PATIENCE_S, in: "html" }] as const;
  for (const fault of [...ALL_FAULTS, ...refusals]) {
    test(`the call that fetches it meets ${nameOfFault(fault)}, and each question is answered once, in order`, async () => {
      await using world = await openFaultWorld({ mode: "off" });
      const { discord, faults } = world.platform;
      world.platform.ask("q1");
      await world.untilAnswered("q1");
      faults.add({ ...fault, match: { method: "getMessages" } });
      discord.gateway.invalidate(false);
      for (const question of ["q2", "q3"]) world.platform.ask(question);
      await world.untilAnswered("q2", "q3");
      expect(await askedOnce(world)).toEqual(["q1", "q2", "q3"]);
      const asked = world.path.pi.prompts.flatMap(({ text }) => text.match(/q\d/g) ?? []);
      expect(asked).toEqual(["q1", "q2", "q3"]);
    });
  }

  test("finding the gateway meets every failure, and each question is answered once", async () => {
    await using world = await openFaultWorld({ mode: "off" });
    const { discord, faults } = world.platform;
    for (const fault of ALL_FAULTS.filter(({ kind }) => kind !== "outage")) {
      faults.add({ ...fault, match: { method: "getGatewayBot" } });
    }
    world.platform.ask("q1");
    await world.until(() => world.path.pi.prompts.length === 1, "a prompt");
    discord.gateway.invalidate(false);
    world.platform.ask("q2");
    await world.untilAnswered("q1", "q2");
    expect(await askedOnce(world)).toEqual(["q1", "q2"]);
  });
});

test("a chat in which the bot may not write any more costs the others nothing", async () => {
  await using world = await openFaultWorld({ mode: "off" });
  const { discord, bot, anna } = world.platform;
  const ben = discord.addPerson({ name: "Ben" });
  const closed = ben.dm(bot);
  ben.say(closed, "q1");
  ben.block(bot);
  anna.say(world.platform.chat, "q2");
  await world.untilAnswered("q2");
  expect(world.answers()).toEqual(["q2"]);
  expect(discord.transcript(closed)).toEqual(["Ben: q1"]);
  expect(await world.unsent()).toHaveLength(1);
});
