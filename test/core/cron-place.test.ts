import { expect, test } from "bun:test";
import type { Channel } from "../../src/core/channel.ts";
import { placeOfJob } from "../../src/core/cron-place.ts";
import type { Address } from "../../src/core/message.ts";

const OWNER: Address = { channel: "fake", account: "default", scope: "dm", chat: "1" };
const CHAT: Address = { ...OWNER, chat: "42" };
const channel = ({ channel: name }: Pick<Address, "channel">) =>
  name === "fake" ? ({ name } as Channel) : undefined;
const deps = { channel, owners: { chats: () => [OWNER] } };

test("an answer goes where the job says, else where it was added, else to the owner", () => {
  expect(placeOfJob({ to: "fake:7", chat: CHAT }, deps)).toEqual({ ...OWNER, chat: "7" });
  expect(placeOfJob({ to: "owner", chat: CHAT }, deps)).toEqual(OWNER);
  expect(placeOfJob({ chat: CHAT }, deps)).toEqual(CHAT);
  expect(placeOfJob({}, deps)).toEqual(OWNER);
});

test("what is meant for a chat that cannot be reached is told nobody else", () => {
  expect(placeOfJob({ to: "gone:7", chat: CHAT }, deps)).toBeUndefined();
  expect(placeOfJob({ chat: { ...CHAT, channel: "gone" } }, deps)).toBeUndefined();
  expect(placeOfJob({ to: "no target" }, deps)).toBeUndefined();
  expect(placeOfJob({}, { ...deps, owners: { chats: () => [] } })).toBeUndefined();
});
