import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Routed } from "../../src/core/bindings.ts";
import { configSchema } from "../../src/core/config-schema.ts";
import type { Address } from "../../src/core/message.ts";
import { configuredRouter, explainRoute, plainRouter, routeTo } from "../../src/core/session-router.ts";
import { readSessionKey } from "../../src/core/session-key.ts";

const AGENTS = ["exact", "parent", "wild", "guildrole", "guild", "account", "channel", "mine"];

function sections(
  bindings: readonly object[] = [],
  more: { agents?: object; roles?: object; session?: object } = {},
) {
  return configSchema({}).parse({
    agents: { list: AGENTS.map((id) => ({ id })), bindings, ...more.agents },
    roles: { capabilities: { mentor: {}, assistant: {} }, ...more.roles },
    session: more.session ?? {},
  });
}

const topic: Address = { channel: "chat", account: "work", scope: "topic", chat: "-100", thread: "7" };
const message = (more: Partial<Routed> = {}): Routed => ({
  address: topic,
  sender: { id: "una", name: "Una", isBot: false },
  within: { guild: "g", roles: ["r1", "r2"] },
  ...more,
});

/** One binding for each tier, the least exact first. */
const LADDER = [
  { agent: "channel", match: { channel: "chat" } },
  { agent: "account", match: { channel: "chat", account: "work" } },
  { agent: "guild", match: { channel: "chat", guild: "g" } },
  { agent: "guildrole", match: { channel: "chat", guild: "g", roles: ["r2", "r9"] } },
  { agent: "wild", match: { channel: "chat", peer: { kind: "group", id: "*" } } },
  { agent: "parent", match: { channel: "chat", peer: { kind: "group", id: "-100" } } },
  { agent: "exact", match: { channel: "chat", peer: { kind: "topic", id: "-100:7" } } },
];

const agentOf = (bindings: readonly object[], one: Routed = message()) =>
  explainRoute(sections(bindings), one).agent;

describe("which agent answers", () => {
  test("the most exact binding wins, wherever it stands; without it the next, and at last the default", () => {
    const order: string[] = [];
    for (let left = LADDER.length; left >= 0; left -= 1) order.push(agentOf(LADDER.slice(0, left)));
    expect(order).toEqual(["exact", "parent", "wild", "guildrole", "guild", "account", "channel", "main"]);
    expect(agentOf(LADDER.toReversed())).toBe("exact");
  });

  test("of two that are as exact, the first of the file wins", () => {
    const twice = ["mine", "guild"].map((agent) => ({ agent, match: { channel: "chat" } }));
    expect(agentOf(twice)).toBe("mine");
  });

  test.each<[string, object, Partial<Routed>, boolean]>([
    ["a person in a private chat", { peer: { kind: "dm", id: "una" } }, { address: dm("c1") }, true],
    ["OpenClaw's word for it", { peer: { kind: "direct", id: "una" } }, { address: dm("c1") }, true],
    ["a private chat by its own id", { peer: { kind: "dm", id: "c1" } }, { address: dm("c1") }, true],
    ["not the person in a group", { peer: { kind: "dm", id: "una" } }, {}, false],
    ["all private chats", { peer: { kind: "dm", id: "*" } }, { address: dm("c1") }, true],
    ["no group among all private chats", { peer: { kind: "dm", id: "*" } }, {}, false],
    ["a channel called group", { peer: { kind: "group", id: "5" } }, { address: room("channel", "5") }, true],
    ["a group called channel", { peer: { kind: "channel", id: "5" } }, { address: room("group", "5") }, true],
    ["another chat", { peer: { kind: "group", id: "6" } }, { address: room("group", "5") }, false],
    ["numbers as ids", { peer: { kind: "group", id: 5 } }, { address: room("group", "5") }, true],
    ["a topic as OpenClaw writes it", { peer: { kind: "group", id: "-100:topic:7" } }, {}, true],
    ["another topic", { peer: { kind: "topic", id: "-100:8" } }, {}, false],
    ["all topics", { peer: { kind: "topic", id: "*" } }, {}, true],
    [
      "no plain group among all topics",
      { peer: { kind: "topic", id: "*" } },
      { address: room("group", "5") },
      false,
    ],
    ["a thread by its parent", { peer: { kind: "channel", id: "5" } }, threadIn("5"), true],
    ["only what is in the parent", { parentPeer: { kind: "channel", id: "5" } }, threadIn("5"), true],
    [
      "not the parent itself",
      { parentPeer: { kind: "channel", id: "5" } },
      { address: room("channel", "5") },
      false,
    ],
    ["any thread", { parentPeer: { kind: "channel", id: "*" } }, threadIn("5"), true],
    [
      "peer and parent together",
      { peer: { kind: "thread", id: "t" }, parentPeer: { kind: "channel", id: "6" } },
      threadIn("5"),
      false,
    ],
    ["the account of another", { account: "other" }, {}, false],
    ["any account", { account: "*" }, {}, true],
    ["OpenClaw's accountId", { accountId: "work" }, {}, true],
    ["OpenClaw's guildId", { guildId: "g" }, {}, true],
    ["OpenClaw's teamId", { teamId: "g" }, {}, true],
    ["another guild", { guild: "h" }, {}, false],
    ["a guild where the platform tells none", { guild: "g" }, { within: {} }, false],
    ["roles the sender has not", { guild: "g", roles: ["r9"] }, {}, false],
    ["roles without a guild", { roles: ["r1"] }, {}, true],
    ["another channel", { channel: "mail" }, {}, false],
    ["everything", {}, {}, true],
  ])("a binding for %s", (_what, match, more, fits) => {
    expect(agentOf([{ agent: "mine", match }], message(more))).toBe(fits ? "mine" : "main");
  });

  test("everything that a binding names must fit", () => {
    const match = { channel: "chat", account: "work", peer: { kind: "topic", id: "-100:7" }, guild: "h" };
    expect(agentOf([{ agent: "mine", match }])).toBe("main");
  });

  test("what the sender or a hook chose is not bound; a hook's wish for nobody is left out", () => {
    const config = sections([{ agent: "channel", match: { channel: "chat" } }]);
    const router = configuredRouter(() => config);
    expect(router.route(message({ agent: "mine" })).agent).toBe("mine");
    expect(router.route(message({ agent: "mine" }), "guild").agent).toBe("guild");
    expect(router.route(message(), "ghost").agent).toBe("channel");
  });

  test("a binding for an agent that does not exist is passed over", () => {
    expect(
      agentOf([
        { agentId: "ghost", match: {} },
        { agentId: "mine", match: {} },
      ]),
    ).toBe("mine");
  });

  test("the default is the one that is named, else the one that is marked, else main", () => {
    const of = (agents: object) => explainRoute(configSchema({}).parse({ agents }), message()).agent;
    const list = [{ id: "a" }, { id: "b", default: true }];
    expect(of({ list, default: "a" })).toBe("a");
    expect(of({ list })).toBe("b");
    expect(of({ list: [{ id: "a" }] })).toBe("main");
    expect(of({ list, default: "ghost" })).toBe("b");
  });
});

describe("which role", () => {
  const roleOf = (bindings: readonly object[], more: Partial<Routed>, list: readonly object[] = []) =>
    explainRoute(sections(bindings, { agents: { list } }), message(more)).role;

  test("the chat's own, else the binding's, else the agent's", () => {
    const list = [{ id: "helper", role: "own" }];
    const bound = [{ agent: "helper", role: "bound", match: {} }];
    expect(roleOf(bound, { role: "chat" }, list)).toBe("chat");
    expect(roleOf(bound, {}, list)).toBe("bound");
    expect(roleOf([{ agent: "helper", match: {} }], {}, list)).toBe("own");
    expect(roleOf([], {}, list)).toBeUndefined();
  });

  test("a group's role keeps agent:main", () => {
    const route = explainRoute(sections(), message({ role: "assistant" }));
    expect(route).toMatchObject({ session: "agent:main:chat:work:topic:-100:7", role: "assistant" });
  });

  test("a role without an agent of its name can be addressed as one, and is that role", () => {
    const route = explainRoute(
      sections(),
      message({ agent: "mentor", address: dm("c1"), role: "assistant" }),
    );
    expect(route).toMatchObject({ session: "agent:mentor:chat:work:dm:c1", agent: "mentor", role: "mentor" });
  });

  test("an agent of the list has the role of its own name unless it names another", () => {
    expect(roleOf([{ agent: "mentor", match: {} }], {}, [{ id: "mentor" }])).toBe("mentor");
    expect(roleOf([{ agent: "mentor", match: {} }], {}, [{ id: "mentor", role: "assistant" }])).toBe(
      "assistant",
    );
  });
});

describe("why", () => {
  test("names each rule that was tried, up to the one that fits", () => {
    const { why } = explainRoute(
      sections(LADDER.slice(0, 5)),
      message({ address: room("group", "9"), within: {} }),
    );
    expect(why).toEqual(["any peer of the kind: agents.bindings[4] for wild fits"]);
    const other = explainRoute(
      sections(LADDER.slice(1, 4)),
      message({ address: dm("c1"), within: { guild: "g" } }),
    );
    expect(other.why).toEqual([
      "guild and roles: agents.bindings[2] for guildrole no: the sender has none of the roles r2, r9",
      "guild: agents.bindings[1] for guild fits",
      "a private chat has a session of its own",
    ]);
  });

  test("is not made for every message", () => {
    expect(configuredRouter(() => sections(LADDER)).route(message()).why).toBeUndefined();
  });
});

test("what the gateway says in a chat belongs to the session that an answer from there would go to", () => {
  const config = sections([], { session: { dmScope: "per-peer" } });
  const router = configuredRouter(() => config);
  const capabilities = {
    text: { limit: 1 },
    pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
    nonceWindowMs: 0,
  };
  const to = (more: object) =>
    routeTo(dm("42"), { capabilities: { ...capabilities, ...more } }, router).session as string;
  expect(to({})).toBe("agent:main:dm:42");
  expect(to({ hasSelfNamedPeople: true })).toBe("agent:main:chat:work:dm:42");
});

describe("whatever the message and the bindings", () => {
  const id = fc.constantFrom("1", "2", "una");
  const address = fc
    .record({
      channel: fc.constantFrom("chat", "mail"),
      account: fc.constantFrom("default", "work"),
      chat: id,
    })
    .chain((place) =>
      fc.constantFrom("dm", "group", "topic", "channel", "thread").map((scope) => ({
        ...place,
        scope,
        ...(scope === "topic" ? { thread: "7" } : {}),
      })),
    ) as fc.Arbitrary<Address>;
  const within = fc.record(
    { parent: id, guild: id, roles: fc.array(id, { maxLength: 2 }) },
    { requiredKeys: [] },
  );
  const routed: fc.Arbitrary<Routed> = fc
    .record({ address, sender: fc.record({ id, name: id, isBot: fc.constant(false) }), within })
    .map((one) => one as Routed);
  const peer = fc.record({
    kind: fc.constantFrom("dm", "group", "topic", "thread"),
    id: fc.oneof(id, fc.constant("*")),
  });
  const match = fc.record(
    {
      channel: fc.constantFrom("chat", "mail"),
      account: fc.constantFrom("default", "*"),
      peer,
      parentPeer: peer,
      guild: id,
      roles: fc.array(id, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const bindings = fc.array(
    fc.record({ agent: fc.constantFrom("exact", "guild", "ghost", "mentor"), match }),
    { maxLength: 6 },
  );
  const scope = fc.constantFrom("main", "per-peer", "per-channel-peer", "per-account-channel-peer");

  test("the same message goes the same way, with or without an explanation, and its session names its agent", () => {
    fc.assert(
      fc.property(routed, bindings, scope, (one, some, dmScope) => {
        const config = sections(some, { session: { dmScope } });
        const { why, ...explained } = explainRoute(config, one);
        const router = configuredRouter(() => config);
        expect(router.route(one)).toEqual(explained);
        expect(router.route(structuredClone(one))).toEqual(explained);
        expect(why.length).toBeGreaterThan(0);
        expect(readSessionKey(explained.session)?.agent).toBe(explained.agent);
        expect(explained.agent).not.toBe("ghost");
      }),
      { verbose: true },
    );
  });

  test("without any configuration the way is the plain one", () => {
    const router = configuredRouter(() => configSchema({}).parse({}));
    fc.assert(
      fc.property(routed, (one) => expect(router.route(one)).toEqual(plainRouter.route(one))),
      { verbose: true },
    );
  });

  test("people in different private chats share a session only where the configuration says so", () => {
    fc.assert(
      fc.property(routed, routed, (one, other) => {
        const router = configuredRouter(() => configSchema({}).parse({}));
        const place = ({ address: { channel, account, scope: kind, chat, thread } }: Routed) =>
          JSON.stringify([channel, account, kind, chat, thread]);
        expect(router.route(one).session === router.route(other).session).toBe(place(one) === place(other));
      }),
      { verbose: true },
    );
  });
});

function dm(chat: string): Address {
  return { channel: "chat", account: "work", scope: "dm", chat };
}

function room(scope: "group" | "channel", chat: string): Address {
  return { channel: "chat", account: "work", scope, chat };
}

function threadIn(parent: string): Partial<Routed> {
  return { address: { channel: "chat", account: "work", scope: "thread", chat: "t" }, within: { parent } };
}
