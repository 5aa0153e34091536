import { describe, expect, setDefaultTimeout, test } from "bun:test";
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

faultMatrix({
  open: openFaultWorld,
  modes: ["off", "partial", "block", "draft"],
  send: () => ({ method: "sendMessage" }),
  edit: { method: "editMessageText" },
  repeatable: [
    { mode: "partial", name: "sendChatAction", match: { method: "sendChatAction" } },
    { mode: "draft", name: "sendMessageDraft", match: { method: "sendMessageDraft" } },
  ],
  dropsCopies: false,
  refusals: [
    { name: "429 in the header", fault: { kind: "429", retryAfter: 3, in: "header" } },
    { name: "429 in the html", fault: { kind: "429", retryAfter: 3, in: "html" } },
  ],
});

describe("polling", () => {
  for (const fault of [...ALL_FAULTS, { kind: "429", retryAfter: 3, in: "html" } as const]) {
    test(`getUpdates meets ${nameOfFault(fault)}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial" });
      world.platform.faults.add({ ...fault, match: { method: "getUpdates" } });
      world.platform.ask("q1");
      await world.untilAnswered("q1");
      world.platform.ask("q2");
      await world.untilAnswered("q2");
      await expectSeen(world, ["Anna: q1", wholeAnswer("q1"), "Anna: q2", wholeAnswer("q2")]);
    });
  }
});

describe("updates", () => {
  for (const way of ["polling", "webhook"] as const) {
    for (const fault of [{ kind: "duplicate" }, { kind: "reorder" }, { kind: "delay", ms: 7000 }] as const) {
      test(`by ${way}: an update meets ${fault.kind}, and each question is answered once`, async () => {
        await using world = await openFaultWorld({ mode: "partial", way });
        world.platform.faults.add({ ...fault, match: { method: "message" } });
        world.platform.ask("q1");
        world.platform.ask("q2");
        await world.untilAnswered("q1", "q2");
        expect(await askedOnce(world)).toEqual(["q1", "q2"]);
      });
    }
  }

  for (const fault of [
    { kind: "drop-before" },
    { kind: "drop-after" },
    { kind: "slow", ms: 8000 },
  ] as const) {
    test(`the webhook's delivery meets ${fault.kind}, and each question is answered once`, async () => {
      await using world = await openFaultWorld({ mode: "partial", way: "webhook" });
      world.platform.faults.add({ ...fault, match: { method: "webhook" } });
      world.platform.ask("q1");
      world.platform.ask("q2");
      await world.untilAnswered("q1", "q2");
      expect(await askedOnce(world)).toEqual(["q1", "q2"]);
    });
  }
});
