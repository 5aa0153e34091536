import { describe, expect, test } from "bun:test";
import type { AccessRules, ChatSettings, GroupRules } from "../../src/core/chat-settings.ts";
import type { Address, InboundMessage, Sender } from "../../src/core/message.ts";
import { Owners } from "../../src/core/owners.ts";
import { Allowlist } from "../../src/security/allowlist.ts";
import type { PairingAnswer } from "../../src/security/pairing.ts";
import { keepLines } from "../fakes/log-lines.ts";

const DM: Address = { channel: "chat", account: "default", scope: "dm", chat: "77" };
const GROUP: Address = { ...DM, scope: "group", chat: "-100" };
const OPEN: GroupRules = { isOpen: true, requireMention: false };

const person = (id: string, more: Partial<Sender> = {}): Sender => ({ id, name: id, isBot: false, ...more });

const PEOPLE = {
  stranger: person("eve"),
  listed: person("lou"),
  approved: person("ada"),
  owner: person("olga"),
  bot: person("robot", { isBot: true }),
  "listed bot": person("lou", { isBot: true }),
  "self-named as approved": person("ada", { isSelfNamed: true }),
} satisfies Record<string, Sender>;

interface Setup {
  readonly rules?: AccessRules | undefined;
  readonly answer?: PairingAnswer;
  readonly isGone?: boolean;
}

/** Access with the settings of one chat; `ada` was approved, `olga` is named as owner. */
function accessWith({ rules, answer = { reply: "your code" }, isGone = false }: Setup) {
  const { log, lines } = keepLines();
  const looks: string[] = [];
  const asked: string[] = [];
  const unlisted: string[] = [];
  const settings = rules && { settings: () => ({ access: rules }) as ChatSettings };
  const access = new Allowlist({
    channel: () => (isGone ? undefined : { ...settings }),
    access: {
      isAllowed: async ({ channel, account, senderId }) => {
        looks.push(senderId);
        return channel === "chat" && account === "default" && senderId === "ada";
      },
    },
    owners: new Owners(() => ({ owners: ["chat:olga"] }), { firstAllowed: async () => undefined }),
    pairing: {
      request: async ({ sender }) => {
        asked.push(sender.id);
        return answer;
      },
    },
    onUnlisted: async ({ address }, key) => void unlisted.push(`${address.chat} ${key}`),
    log,
  });
  return { access, lines, looks, asked, unlisted };
}

const said = (sender: Sender, more: Partial<InboundMessage> = {}): InboundMessage => ({
  id: "1",
  address: DM,
  sender,
  text: "hello",
  attachments: [],
  isForBot: true,
  sentAtMs: 0,
  ...more,
});

type Who = keyof typeof PEOPLE;
type Fate = "in" | "out" | "code";

/** Who gets in by which policy, in a private chat. */
const PRIVATE: Record<AccessRules["dmPolicy"], Record<Who, Fate>> = {
  open: {
    stranger: "in",
    listed: "in",
    approved: "in",
    owner: "in",
    bot: "in",
    "listed bot": "in",
    "self-named as approved": "in",
  },
  pairing: {
    stranger: "code",
    listed: "in",
    approved: "in",
    owner: "in",
    bot: "out",
    "listed bot": "in",
    "self-named as approved": "out",
  },
  allowlist: {
    stranger: "out",
    listed: "in",
    approved: "out",
    owner: "in",
    bot: "out",
    "listed bot": "in",
    "self-named as approved": "out",
  },
  disabled: {
    stranger: "out",
    listed: "out",
    approved: "out",
    owner: "out",
    bot: "out",
    "listed bot": "out",
    "self-named as approved": "out",
  },
};

const each = (table: object) =>
  Object.entries(table).flatMap(([rule, people]) =>
    Object.entries(people as Record<Who, Fate>).map(([who, fate]) => [rule, who as Who, fate] as const),
  );

describe("in a private chat", () => {
  test.each(each(PRIVATE))("with dmPolicy %s, %s: %s", async (rule, who, fate) => {
    const dmPolicy = rule as AccessRules["dmPolicy"];
    const { access, asked } = accessWith({ rules: { dmPolicy, allowFrom: ["lou", "other"] } });
    const message = said(PEOPLE[who]);
    const decided = await access.check(message);
    expect(decided.allowed).toBe(fate === "in");
    expect("reply" in decided).toBe(fate === "code");
    expect(asked).toEqual(fate === "code" ? ["eve"] : []);
    if (!decided.allowed) expect(decided.why).toContain(`dmPolicy of channels.chat is "${dmPolicy}"`);
    expect(await access.mayAct(message)).toBe(fate === "in");
    expect(asked).toEqual(fate === "code" ? ["eve"] : []);
  });

  test("approvals are looked up only where they count, and once", async () => {
    for (const [dmPolicy, who, looks] of [
      ["open", "stranger", 0],
      ["disabled", "approved", 0],
      ["allowlist", "approved", 0],
      ["pairing", "listed", 0],
      ["pairing", "owner", 0],
      ["pairing", "approved", 1],
      ["pairing", "stranger", 1],
    ] as const) {
      const world = accessWith({ rules: { dmPolicy, allowFrom: ["lou"] } });
      await world.access.check(said(PEOPLE[who]));
      expect(world.looks.length, `${dmPolicy} ${who}`).toBe(looks);
    }
  });

  test("an approval counts on its own account", async () => {
    const { access } = accessWith({ rules: { dmPolicy: "pairing", allowFrom: [] } });
    const elsewhere = { ...DM, account: "work" };
    expect(await access.check(said(PEOPLE.approved, { address: elsewhere }))).toMatchObject({
      allowed: false,
      why: expect.stringContaining("channels.chat (account work)"),
    });
  });

  test("a star in the list stands for everybody", async () => {
    for (const dmPolicy of ["pairing", "allowlist"] as const) {
      const { access } = accessWith({ rules: { dmPolicy, allowFrom: ["*"] } });
      expect((await access.check(said(PEOPLE.stranger))).allowed).toBe(true);
      expect(await access.isKnown(said(PEOPLE.stranger))).toBe(false);
    }
  });

  test("a stranger who was told before reads nothing", async () => {
    const { access } = accessWith({
      rules: { dmPolicy: "pairing", allowFrom: [] },
      answer: { why: "waits for approval" },
    });
    const decided = await access.check(said(PEOPLE.stranger));
    expect(decided).toEqual({
      allowed: false,
      why: 'dmPolicy of channels.chat is "pairing", and the sender waits for approval',
    });
  });

  test("who is let in while they ask is in", async () => {
    const { access } = accessWith({ rules: { dmPolicy: "pairing", allowFrom: [] }, answer: { isIn: true } });
    expect(await access.check(said(PEOPLE.stranger))).toEqual({ allowed: true });
  });
});

/** Who gets in by which rules, in a group, with a message for the bot. */
const GROUPS: readonly (readonly [string, GroupRules, Partial<Record<Who, Fate>>])[] = [
  ["open to all", OPEN, { stranger: "in", approved: "in", owner: "in", bot: "in" }],
  ["that names the bot", { ...OPEN, requireMention: true }, { stranger: "in", owner: "in" }],
  [
    "for ids",
    { ...OPEN, allowFrom: ["lou"] },
    { stranger: "out", listed: "in", approved: "out", owner: "in", "self-named as approved": "out" },
  ],
  [
    "for nobody",
    { ...OPEN, allowFrom: [] },
    { stranger: "out", listed: "out", approved: "out", owner: "in" },
  ],
  ["for roles", { ...OPEN, allowRoles: ["staff"] }, { stranger: "out", approved: "out", owner: "in" }],
  ["that is closed", { ...OPEN, isOpen: false, why: "not listed" }, { stranger: "out", owner: "out" }],
];

describe("in a group", () => {
  test.each(
    GROUPS.flatMap(([name, group, people]) =>
      Object.entries(people).map(([who, fate]) => [name, who as Who, fate, group] as const),
    ),
  )("%s, %s: %s, whatever the policy of private chats", async (_, who, fate, group) => {
    for (const dmPolicy of ["open", "pairing", "allowlist", "disabled"] as const) {
      const { access, asked, looks } = accessWith({ rules: { dmPolicy, allowFrom: ["lou"], group } });
      const message = said(PEOPLE[who], { address: GROUP });
      const decided = await access.check(message);
      expect(decided).toMatchObject({ allowed: fate === "in" });
      expect(decided).not.toHaveProperty("reply");
      expect(decided).not.toHaveProperty("isOverheard");
      expect(await access.mayAct(message)).toBe(fate === "in");
      expect([asked, looks]).toEqual([[], []]);
    }
  });

  const roles = (...held: string[]) => ({ address: GROUP, within: { guild: "g", roles: held } });

  test("a role lets in, as an id does", async () => {
    const group = { ...OPEN, allowFrom: ["lou"], allowRoles: ["staff", "crew"] };
    const { access } = accessWith({ rules: { dmPolicy: "disabled", allowFrom: [], group } });
    const fates = [
      said(PEOPLE.stranger, roles("guest", "crew")),
      said(PEOPLE.stranger, roles("guest")),
      said(PEOPLE.stranger, { address: GROUP }),
      said(PEOPLE.listed, roles()),
    ].map(async (message) => [(await access.check(message)).allowed, await access.mayAct(message)]);
    expect(await Promise.all(fates)).toEqual([
      [true, true],
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  test("what is not for the bot is overheard, if its sender may write there", async () => {
    const group = { ...OPEN, requireMention: true, allowFrom: ["lou"] };
    const { access } = accessWith({ rules: { dmPolicy: "pairing", allowFrom: [], group } });
    const aside = { address: GROUP, isForBot: false };
    expect(await access.check(said(PEOPLE.listed, aside))).toMatchObject({
      allowed: false,
      isOverheard: true,
    });
    expect(await access.check(said(PEOPLE.stranger, aside))).not.toHaveProperty("isOverheard");
    const open = accessWith({ rules: { dmPolicy: "pairing", allowFrom: [], group: OPEN } });
    expect(await open.access.check(said(PEOPLE.stranger, aside))).toEqual({ allowed: true });
  });

  test("that nobody has listed, an owner is told of it; of one that is switched off, not", async () => {
    const group = { ...OPEN, isOpen: false, why: "not listed in chat.groups", unlistedIn: "chat.groups" };
    const { access, unlisted } = accessWith({ rules: { dmPolicy: "pairing", allowFrom: [], group } });
    await access.check(said(PEOPLE.stranger, { address: GROUP }));
    await access.mayAct(said(PEOPLE.stranger, { address: GROUP }));
    expect(unlisted).toEqual(["-100 chat.groups"]);
    const off = accessWith({
      rules: { dmPolicy: "pairing", allowFrom: [], group: { ...OPEN, isOpen: false } },
    });
    expect(await off.access.check(said(PEOPLE.stranger, { address: GROUP }))).toMatchObject({
      why: "the group is closed in channels.chat",
    });
    expect(off.unlisted).toEqual([]);
  });
});

test("a channel without settings has asked for a credential at its own door", async () => {
  const { access, asked } = accessWith({});
  for (const sender of Object.values(PEOPLE)) {
    expect(await access.check(said(sender))).toEqual({ allowed: true });
    expect(await access.mayAct(said(sender))).toBe(true);
  }
  expect(asked).toEqual([]);
});

test("where the channel is gone nobody knows its rules, and nobody gets in", async () => {
  const { access } = accessWith({ isGone: true });
  expect(await access.check(said(PEOPLE.owner))).toMatchObject({ allowed: false });
  expect(await access.mayAct(said(PEOPLE.owner))).toBe(false);
});

test("known are those whom the configuration or an owner lets in by name", async () => {
  const { access } = accessWith({ rules: { dmPolicy: "open", allowFrom: ["lou"] } });
  const known = async (who: Who) => access.isKnown(said(PEOPLE[who], { address: GROUP }));
  expect([await known("listed"), await known("approved")]).toEqual([true, true]);
  expect([await known("stranger"), await known("self-named as approved")]).toEqual([false, false]);
});

describe("the log", () => {
  const rules: AccessRules = { dmPolicy: "allowlist", allowFrom: [] };

  test("has the reason of every refusal, a line for each chat and reason", async () => {
    const { access, lines } = accessWith({ rules });
    for (let n = 0; n < 50; n++) await access.check(said(PEOPLE.stranger, { id: `${n}` }));
    await access.check(said(PEOPLE.approved, { address: { ...DM, chat: "78" } }));
    expect(lines).toMatchObject([
      {
        level: "info",
        channel: "chat",
        chat: "77",
        sender: "eve",
        why: 'dmPolicy of channels.chat is "allowlist", and neither allowlist nor allowFrom has the sender\'s id',
      },
      { level: "info", chat: "78" },
    ]);
    expect(JSON.stringify(lines)).not.toContain("hello");
  });

  test("has talk that was not for the bot at a lower level", async () => {
    const group = { ...OPEN, requireMention: true };
    const { access, lines } = accessWith({ rules: { ...rules, group } });
    for (let n = 0; n < 50; n++)
      await access.check(said(PEOPLE.stranger, { address: GROUP, isForBot: false }));
    expect(lines).toMatchObject([{ level: "debug", why: expect.stringContaining("requireMention") }]);
  });

  test("remembers a thousand, not more", async () => {
    const { access, lines } = accessWith({ rules });
    const from = (chat: number) => said(PEOPLE.stranger, { address: { ...DM, chat: `${chat}` } });
    for (let chat = 0; chat < 1001; chat++) await access.check(from(chat));
    await access.check(from(1000));
    expect(lines).toHaveLength(1001);
    await access.check(from(0));
    expect(lines).toHaveLength(1002);
  });
});
