import { afterEach, beforeEach, expect, test } from "bun:test";
import type { AllowEntry, Pairing } from "../../src/core/access.ts";
import { RequestError } from "../../src/core/errors.ts";
import { Owners } from "../../src/core/owners.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { PairingDesk } from "../../src/security/pairing.ts";
import { inbound } from "../contracts/store-words.ts";
import { openTemporaryStore } from "../store/temporary-store.ts";

const HOUR_MS = 3_600_000;

let under: Awaited<ReturnType<typeof openTemporaryStore>>;
let owners: Owners;
let desk: PairingDesk;
let told: string[];
const config = { owners: [] as string[] };

beforeEach(async () => {
  under = await openTemporaryStore();
  owners = new Owners(() => config, under.store.access);
  config.owners = [];
  told = [];
  desk = new PairingDesk({
    access: under.store.access,
    owners,
    clock: under.clock,
    log: silentLogger,
    notices: {
      code: ({ code }: Pairing) => code,
      asked: async ({ code }: Pairing) => void told.push(`asked ${code}`),
      approved: ({ senderId }: AllowEntry, isOwner: boolean) => {
        told.push(`approved ${senderId}${isOwner ? " as owner" : ""}`);
        return [];
      },
    },
  });
});

afterEach(() => under.end());

const ask = (senderId: string, id = `first of ${senderId}`, account = "default") => {
  const message = inbound(senderId, id, { sender: { id: senderId, name: senderId, isBot: false } });
  return desk.request({ ...message, address: { ...message.address, account } });
};

async function codeOf(senderId: string, account?: string): Promise<string> {
  const answer = await ask(senderId, undefined, account);
  return "reply" in answer ? answer.reply : JSON.stringify(answer);
}

const unknown = async (doing: Promise<unknown>) => {
  const error = await doing.catch((one: unknown) => one);
  expect(error).toBeInstanceOf(RequestError);
  expect((error as RequestError).message).toBe("This code is unknown or expired.");
};

test("codes have eight letters and digits that cannot be taken for one another, each another one", async () => {
  const codes = new Set<string>();
  for (let n = 0; n < 300; n++) {
    const code = await codeOf(`s${n}`);
    expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
    codes.add(code);
    await desk.deny({ code });
  }
  expect(codes.size).toBe(300);
  const letters = new Set([...codes].join(""));
  expect(letters.size).toBe(32);
});

test("only the message that asked is answered, and again if it comes again", async () => {
  const code = await codeOf("eve");
  expect(await ask("eve", "second")).toEqual({ why: "waits for approval" });
  expect(await ask("eve")).toEqual({ reply: code });
  expect(new Set(told)).toEqual(new Set([`asked ${code}`]));
});

test("three wait at once on an account; the others are told nothing, and keep nobody out for ever", async () => {
  for (const one of ["a", "b", "c"]) await codeOf(one);
  expect(await ask("d")).toEqual({ why: "3 others wait for approval already" });
  expect(await codeOf("d", "work")).toHaveLength(8);
  under.clock.jump(HOUR_MS);
  expect(await codeOf("d")).toHaveLength(8);
  expect(await desk.waiting()).toHaveLength(1);
});

test("a code is good for an hour", async () => {
  const [early, late] = [await codeOf("early"), await codeOf("late")];
  under.clock.jump(HOUR_MS - 1);
  expect(await desk.approve({ channel: "test", code: early })).toMatchObject({ senderId: "early" });
  under.clock.jump(1);
  await unknown(desk.approve({ channel: "test", code: late }));
  await unknown(desk.deny({ channel: "test", code: late }));
  expect(await codeOf("late")).not.toBe(late);
});

test.each([
  "",
  "x",
  "AAAA1111",
  "IIIIOOOO",
  "a".repeat(10_000),
  "'; drop table pairing; --",
  "ＡＡＡＡ２２２２",
])("what cannot be a code, such as %p, is an unknown one", (code) =>
  unknown(desk.approve({ channel: "test", code })),
);

test("a code is read as people copy it", async () => {
  const code = await codeOf("eve");
  const copied = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}\n`;
  expect(await desk.approve({ channel: "test", code: copied })).toMatchObject({ senderId: "eve" });
});

test("a code counts on its channel and account, and nowhere else", async () => {
  const code = await codeOf("eve", "work");
  await unknown(desk.approve({ channel: "other", code }));
  await unknown(desk.approve({ channel: "test", account: "default", code }));
  expect(await desk.approve({ channel: "test", account: "work", code })).toMatchObject({ account: "work" });
  expect(await ask("eve", "more", "work")).toEqual({ isIn: true });
  expect("reply" in (await ask("eve"))).toBe(true);
});

test("without an account, or a channel, the code says which", async () => {
  const [one, other] = [await codeOf("one", "work"), await codeOf("other", "work")];
  expect(await desk.approve({ channel: "test", code: one })).toMatchObject({ account: "work" });
  expect(await desk.approve({ code: other })).toMatchObject({ account: "work" });
});

test("whoever was refused is silent for the hour, and may ask again then", async () => {
  const code = await codeOf("eve");
  await desk.deny({ channel: "test", code });
  expect(told).toEqual([`asked ${code}`]);
  expect(await desk.waiting()).toEqual([]);
  expect(await ask("eve")).toEqual({ why: "was refused within the last hour" });
  expect(await ask("eve", "second")).toEqual({ why: "was refused within the last hour" });
  await unknown(desk.approve({ channel: "test", code }));
  under.clock.jump(HOUR_MS);
  expect(await codeOf("eve")).not.toBe(code);
});

test("the first who is let in owns the gateway where nobody is named, and learns it", async () => {
  const [una, bob] = [await codeOf("una"), await codeOf("bob")];
  expect(await desk.approve({ channel: "test", code: una })).toMatchObject({ isOwner: true });
  expect(await desk.approve({ channel: "test", code: bob })).toMatchObject({ isOwner: false });
  expect(told.slice(2)).toEqual(["approved una as owner", "approved bob"]);
  const { address, sender } = inbound("una", "1", { sender: { id: "una", name: "", isBot: false } });
  expect(owners.isOwner({ address, sender })).toBe(true);
  expect((await desk.allowed()).map(({ senderId, isOwner }) => [senderId, isOwner])).toEqual([
    ["bob", false],
    ["una", true],
  ]);
  config.owners = ["test:9"];
  expect((await desk.allowed()).some(({ isOwner }) => isOwner)).toBe(false);
});

test("who is taken off is a stranger again, and no owner", async () => {
  await desk.approve({ code: await codeOf("una") });
  expect(await desk.remove("test", "una")).toMatchObject({ senderId: "una", isOwner: true });
  const { address } = inbound("una", "1");
  expect(owners.isOwner({ address, sender: { id: "una", name: "", isBot: false } })).toBe(false);
  expect(await codeOf("una")).toHaveLength(8);
  expect(desk.remove("test", "una")).rejects.toThrow("una was not approved on test.");
  expect(desk.remove("test", "una", "work")).rejects.toThrow("test:work");
});

test("nothing of what a stranger wrote is kept with the pairing", async () => {
  await desk.request(
    inbound("eve", "1", {
      text: "my secret words",
      sender: { id: "eve", name: "E".repeat(5000), isBot: false },
    }),
  );
  const [pairing] = await desk.waiting();
  expect(JSON.stringify(pairing)).not.toContain("secret");
  expect(pairing?.senderName.length).toBeLessThan(300);
});

test("ten thousand strangers leave three rows", async () => {
  for (let n = 0; n < 10_000; n++) await ask(`s${n}`);
  expect(await under.store.access.pairings()).toHaveLength(3);
  expect(told).toHaveLength(3);
}, 30_000);
