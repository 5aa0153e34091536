import { expect, test } from "bun:test";
import type { Channel } from "../../src/core/channel.ts";
import { placeOfJob } from "../../src/core/cron-place.ts";
import type { Address } from "../../src/core/message.ts";

const OWNER: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const CHAT: Address = { ...OWNER, chat: "42" };
const channel = ({ channel: name }: Pick<Address, "channel">) =>
  name === "fake" ? ({ name } as Channel) : undefined;
const movedTo = async (to: Address) => (to.chat === "-5" ? { ...to, chat: "-1005" } : to);
const deps = { channel, owners: { chats: () => [OWNER] }, movedTo };

test("an answer goes where the job says, else where it was added, else to the owner", async () => {
  expect(await placeOfJob({ to: "fake:7", chat: CHAT }, deps)).toEqual({ ...OWNER, chat: "7" });
  expect(await placeOfJob({ to: "owner", chat: CHAT }, deps)).toEqual(OWNER);
  expect(await placeOfJob({ chat: CHAT }, deps)).toEqual(CHAT);
  expect(await placeOfJob({}, deps)).toEqual(OWNER);
});

test("what is meant for a chat that cannot be reached is told nobody else", async () => {
  expect(await placeOfJob({ to: "gone:7", chat: CHAT }, deps)).toBeUndefined();
  expect(await placeOfJob({ chat: { ...CHAT, channel: "gone" } }, deps)).toBeUndefined();
  expect(await placeOfJob({ to: "no target" }, deps)).toBeUndefined();
  expect(await placeOfJob({}, { ...deps, owners: { chats: () => [] } })).toBeUndefined();
});

test("an answer goes where the chat is now that the job says", async () => {
  expect(await placeOfJob({ to: "fake:-5" }, deps)).toMatchObject({ chat: "-1005" });
  expect(await placeOfJob({ to: "fake:-6" }, deps)).toMatchObject({ chat: "-6" });
});
