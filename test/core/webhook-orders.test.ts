import { describe, expect, test } from "bun:test";
import { configSchema } from "../../src/core/config-schema.ts";
import { RequestError } from "../../src/core/errors.ts";
import { agentOrder, mappedOrder, wakeOrder } from "../../src/core/webhook-orders.ts";

const hooks = (section: object = {}) =>
  configSchema({}).parse({ hooks: { enabled: true, ...section } }).hooks;

const mapped = (mapping: object, body: unknown) =>
  mappedOrder("deploys", hooks({ mappings: { deploys: mapping } }).mappings["deploys"]!, body);

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("this was to be refused");
}

describe("a wake", () => {
  test("is a text, now unless it may wait", () => {
    expect(wakeOrder({ text: "Look outside" }, hooks())).toMatchObject({
      action: "wake",
      text: "Look outside",
      mode: "now",
    });
    expect(wakeOrder({ text: "a", mode: "next-heartbeat" }, hooks()).mode).toBe("next-heartbeat");
  });

  test("that says nothing, or something that is not known, is refused by its field", () => {
    expect(refusal(() => wakeOrder({}, hooks()))).toMatch(/^BAD_REQUEST text: /);
    expect(refusal(() => wakeOrder({ text: "  " }, hooks()))).toContain("text: must not be empty");
    expect(refusal(() => wakeOrder({ text: "a", mode: "later" }, hooks()))).toContain("mode: ");
    expect(refusal(() => wakeOrder({ text: "a", txet: 1 }, hooks()))).toContain("txet");
    expect(refusal(() => wakeOrder([], hooks()))).toMatch(/^BAD_REQUEST /);
  });
});

test("a wake names only agents that may be asked", () => {
  const wake = (section: object) => () => wakeOrder({ text: "a", agentId: "boss" }, hooks(section));
  expect(wake({})().agent).toBe("boss");
  expect(refusal(wake({ allowedAgents: ["main"] }))).toMatch(/^FORBIDDEN agentId/);
});

describe("an order to an agent", () => {
  test("may name all that OpenClaw's callers name", () => {
    const order = agentOrder(
      {
        message: "Summarise the mail",
        name: "Mail",
        agentId: "main",
        deliver: false,
        channel: "telegram",
        to: 123,
        model: "gpt-4o",
        thinking: "low",
        timeoutSeconds: 30,
        waitForCompletion: true,
        idempotencyKey: "k",
      },
      hooks(),
    );
    expect(order).toEqual({
      action: "agent",
      address: "agent",
      from: "Mail",
      text: "Summarise the mail",
      agent: "main",
      to: "telegram:123",
      isCallersTarget: true,
      deliver: false,
      model: "gpt-4o",
      thinkingLevel: "low",
      timeoutMs: 30_000,
      mode: "now",
      waitMs: 30_000,
      key: "k",
    });
  });

  test("takes a target in one word or in two", () => {
    const to = (fields: object) => agentOrder({ message: "a", ...fields }, hooks()).to;
    expect(to({ to: "telegram:5" })).toBe("telegram:5");
    expect(to({ channel: "telegram", to: "telegram:5" })).toBe("telegram:5");
    expect(to({ channel: "last" })).toBeUndefined();
    expect(refusal(() => to({ channel: "telegram" }))).toContain("to: missing");
  });

  test("chooses a conversation only where the configuration lets it", () => {
    const choose = (section: object) => () =>
      agentOrder({ message: "a", sessionKey: "ci-7" }, hooks(section));
    expect(refusal(choose({}))).toMatch(/^FORBIDDEN sessionKey: .*hooks\.allowedSessions/);
    expect(refusal(choose({ allowedSessions: ["ci", "cd-*"] }))).toContain("FORBIDDEN");
    expect(choose({ allowedSessions: ["ci-*"] })().session).toBe("ci-7");
    expect(choose({ allowedSessions: ["ci-7"] })().session).toBe("ci-7");
  });

  test("asks only agents that may be asked", () => {
    const ask = (section: object) => () => agentOrder({ message: "a", agentId: "boss" }, hooks(section));
    expect(ask({})().agent).toBe("boss");
    expect(refusal(ask({ allowedAgents: ["main"] }))).toMatch(/^FORBIDDEN agentId: .*hooks\.allowedAgents/);
  });
});

describe("an address of the configuration", () => {
  const body = { action: "opened", issue: { number: 7, title: "It breaks" } };

  test("makes text of a body, with the words of whoever runs the gateway beside it", () => {
    const { order, missing } = mapped(
      {
        task: "Say whether it is urgent.",
        message: "#{{issue.number}}: {{issue.title}}",
        session: "i{{issue.number}}",
        to: "telegram:1",
      },
      body,
    );
    expect(missing).toEqual([]);
    expect(order).toMatchObject({
      action: "agent",
      from: "deploys",
      task: "Say whether it is urgent.",
      text: "#7: It breaks",
      session: "deploys:i7",
      to: "telegram:1",
    });
    expect(order?.isCallersTarget).toBeUndefined();
  });

  test("without a template shows the body, of a size", () => {
    expect(mapped({}, body).order?.text).toContain('"title": "It breaks"');
    expect(mapped({}, { a: "x".repeat(200_000) }).order?.text.length).toBeLessThan(50_000);
    for (const before of ["x", "xx"]) {
      expect(mapped({}, { [before]: "\u{1F600}".repeat(30_000) }).order?.text.isWellFormed()).toBe(true);
    }
  });

  test("names what its templates did not find; without its name a conversation is nobody's", () => {
    const { order, missing } = mapped({ message: "{{a}}", session: "{{b}}" }, body);
    expect(missing).toEqual(["a", "b"]);
    expect(order?.session).toBeUndefined();
  });

  test("knows the headers, but none that proves who somebody is", () => {
    const { mappings } = hooks({
      mappings: {
        gh: {
          message:
            "{{$header.x-github-event}} {{[0]}}{{$header.authorization}}{{$header.x-hub-signature-256}}",
        },
      },
    });
    const headers = new Headers({
      "X-GitHub-Event": "push",
      authorization: "s1",
      "x-hub-signature-256": "s2",
    });
    expect(mappedOrder("gh", mappings["gh"]!, [7], headers).order?.text).toBe("push 7");
  });

  test("leaves alone what is not meant", () => {
    expect(mapped({ when: { action: ["opened", "reopened"], "issue.number": 7 } }, body).order).toBeDefined();
    expect(mapped({ when: { action: "closed" } }, body).order).toBeUndefined();
    expect(mapped({ when: { "issue.number": "7" } }, body).order).toBeUndefined();
  });
});
