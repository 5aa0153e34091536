import { describe, expect, test } from "bun:test";
import { RecentMap } from "../../../../../src/lib/recent-map.ts";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { CallFailure } from "../../../../../src/plugins/call-failure.ts";
import { ChannelMemory } from "../../../../../src/plugins/channel-memory.ts";
import {
  Directory,
  type KnownMessage,
} from "../../../../../src/plugins/builtin/feishu/incoming/directory.ts";
import type { FetchedMessage } from "../../../../../src/plugins/builtin/feishu/incoming/wire.ts";
import { FeishuRefusal } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";

const SIGNAL = new AbortController().signal;
const HOUR_MS = 3_600_000;
const ANNA = "ou_0123456789abcdef";

/** A directory at a Feishu that says what the test says. */
function directoryAt() {
  const world = {
    now: 0,
    name: async (): Promise<string | undefined> => "Anna",
    message: async (): Promise<readonly FetchedMessage[]> => [],
    mode: "group",
    asked: [] as string[],
  };
  const calls = {
    personName: (id: string) => (world.asked.push(`name ${id}`), world.name()),
    message: (id: string) => (world.asked.push(`message ${id}`), world.message()),
    chat: async (id: string) => (world.asked.push(`chat ${id}`), { chat_mode: world.mode }),
  };
  const memory = new ChannelMemory();
  const parts = { calls, appId: "cli_1", bot: "ou_bot", memory, now: () => world.now, log: silentLogger };
  const directory = new Directory({ ...parts, messages: new RecentMap<KnownMessage>(10) });
  return { world, directory, memory };
}

describe("a name", () => {
  test("is asked for once, and again after six hours", async () => {
    const { world, directory } = directoryAt();
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
    world.name = async () => "Anna B.";
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
    world.now += 6 * HOUR_MS;
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna B.");
    expect(world.asked).toHaveLength(2);
  });

  test("that many want to know at once is asked for once", async () => {
    const { world, directory } = directoryAt();
    const names = Array.from({ length: 100 }, () => directory.nameOf(ANNA, SIGNAL));
    expect(new Set(await Promise.all(names))).toEqual(new Set(["Anna"]));
    expect(world.asked).toHaveLength(1);
  });

  test("that was told beside a message is not asked for", async () => {
    const { world, directory } = directoryAt();
    directory.learnName(ANNA, "安娜");
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("安娜");
    expect(world.asked).toEqual([]);
  });

  test("that Feishu refuses to tell is a part of the id, and nobody is asked about for ten minutes", async () => {
    const { world, directory } = directoryAt();
    world.name = async () =>
      Promise.reject(new FeishuRefusal(400, { code: 99991672, msg: "no scope" }, undefined));
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    expect(await directory.nameOf("ou_ben", SIGNAL)).toBe("ben");
    expect(world.asked).toHaveLength(1);
    world.now += 600_000;
    world.name = async () => "Anna";
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
  });

  test("of somebody whom the app may not know is left out, and others are asked about", async () => {
    const { world, directory } = directoryAt();
    world.name = async () =>
      Promise.reject(new FeishuRefusal(400, { code: 41050, msg: "no user authority" }, undefined));
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    world.name = async () => "Ben";
    expect(await directory.nameOf("ou_ben", SIGNAL)).toBe("Ben");
    expect(world.asked).toHaveLength(2);
  });

  test("is asked for again ten seconds after Feishu wanted fewer calls", async () => {
    const { world, directory } = directoryAt();
    world.name = async () => Promise.reject(new FeishuRefusal(429, { code: 99991400, msg: "" }, 1000));
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    world.name = async () => "Anna";
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    world.now += 10_000;
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
  });

  test("is asked for as soon as a clock that was ahead is set right", async () => {
    const { world, directory } = directoryAt();
    world.now = 1000 * HOUR_MS;
    world.name = async () => Promise.reject(new FeishuRefusal(429, { code: 99991400, msg: "" }, 1000));
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("01234567");
    directory.learnName("ou_ben", "Ben");
    world.now = 0;
    world.name = async () => "Anna";
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
    world.name = async () => "Ben B.";
    expect(await directory.nameOf("ou_ben", SIGNAL)).toBe("Ben B.");
  });

  test("that could not be asked for is asked for with the next message; an old one is better than none", async () => {
    const { world, directory } = directoryAt();
    directory.learnName(ANNA, "Anna");
    world.now += 7 * HOUR_MS;
    world.name = async () => Promise.reject(new CallFailure("cut-off", "ECONNRESET"));
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna");
    world.name = async () => "Anna B.";
    expect(await directory.nameOf(ANNA, SIGNAL)).toBe("Anna B.");
  });
});

describe("a chat", () => {
  test("whose person is known is theirs, also after a restart", async () => {
    const { world, directory, memory } = directoryAt();
    await directory.learnPrivateChat("oc_1", ANNA);
    expect(await directory.personIn("oc_1", undefined, SIGNAL)).toBe(ANNA);
    expect(await memory.get("dm/oc_1")).toBe(ANNA);
    expect(world.asked).toEqual([]);
  });

  test("that nobody has told of is asked about, once", async () => {
    const { world, directory } = directoryAt();
    expect(await directory.personIn("oc_1", ANNA, SIGNAL)).toBeUndefined();
    world.mode = "p2p";
    expect(await directory.personIn("oc_1", ANNA, SIGNAL)).toBeUndefined();
    expect(await directory.personIn("oc_2", ANNA, SIGNAL)).toBe(ANNA);
    expect(await directory.personIn("oc_2", undefined, SIGNAL)).toBe(ANNA);
    expect(world.asked).toEqual(["chat oc_1", "chat oc_2"]);
  });
});

describe("a message", () => {
  const fetched: FetchedMessage = {
    message_id: "om_1",
    chat_id: "oc_1",
    thread_id: "omt_1",
    msg_type: "text",
    sender: { id: ANNA, id_type: "open_id", sender_type: "user" },
    body: { content: JSON.stringify({ text: "@_user_1 hello" }) },
    mentions: [{ key: "@_user_1", id: "ou_ben", name: "Ben" }],
  };

  test("that something refers to is fetched once, with names in the place of keys", async () => {
    const { world, directory } = directoryAt();
    world.message = async () => [fetched];
    const known = await directory.message("om_1", SIGNAL);
    expect(known).toMatchObject({
      spot: { chat: "oc_1", topic: "omt_1" },
      author: ANNA,
      isOurs: false,
      text: "@Ben hello",
    });
    expect(await directory.message("om_1", SIGNAL)).toEqual(known as never);
    expect(await directory.nameOf("ou_ben", SIGNAL)).toBe("Ben");
    expect(world.asked).toEqual(["message om_1"]);
  });

  test("of our app is ours; one that was taken back says nothing", async () => {
    const { world, directory } = directoryAt();
    world.message = async () => [{ ...fetched, sender: { id: "cli_1", sender_type: "app" } }];
    expect(await directory.message("om_2", SIGNAL)).toMatchObject({ isOurs: true });
    world.message = async () => [{ ...fetched, deleted: true }];
    expect(await directory.message("om_3", SIGNAL)).toMatchObject({ text: "" });
  });

  test("that nobody knows is none, and is asked for again", async () => {
    const { world, directory } = directoryAt();
    expect(await directory.message("om_1", SIGNAL)).toBeUndefined();
    world.message = async () => [fetched];
    expect(await directory.message("om_1", SIGNAL)).toBeDefined();
  });

  test("is remembered up to a thousand characters", async () => {
    const { directory } = directoryAt();
    const long = { spot: { chat: "oc_1" }, isOurs: false, text: "x".repeat(5000), files: [] };
    directory.learnMessage("om_1", long);
    expect((await directory.message("om_1", SIGNAL))?.text).toHaveLength(1000);
  });

  test.each([0, 1])("is cut between two characters, wherever they begin (%d)", async (before) => {
    const { world, directory } = directoryAt();
    const text = "x".repeat(before) + "😀".repeat(1000);
    directory.learnMessage("om_1", { spot: { chat: "oc_1" }, isOurs: false, text, files: [] });
    world.message = async () => [{ ...fetched, body: { content: JSON.stringify({ text }) } }];
    for (const id of ["om_1", "om_2"]) {
      const known = (await directory.message(id, SIGNAL))?.text ?? "";
      expect(known.isWellFormed()).toBe(true);
      expect(known.length).toBeGreaterThan(990);
      expect(known.length).toBeLessThanOrEqual(1000);
    }
  });
});
