import { describe, expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { openLocalFile, uploadOf } from "../../../../../src/plugins/builtin/telegram/outgoing/local-file.ts";
import type { MediaItem, MediaMessage } from "../../../../../src/plugins/types.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { stateOf } from "../../../../fakes/state-of.ts";
import { addressOf, options, outgoingWorld } from "./outgoing-world.ts";

type World = Awaited<ReturnType<typeof outgoingWorld>>;

/** The beginning of a picture, which is all that anybody looks at. */
function png(width = 320, height = 240, mark = 0): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  bytes[63] = mark;
  return bytes;
}

async function itemOf(
  { file }: World,
  media: MediaItem["media"],
  name: string,
  more: Partial<MediaItem> = {},
  content: string | Uint8Array = media === "photo" ? png() : `content of ${name}`,
): Promise<MediaItem> {
  return { media, path: await file(name, content), ...more };
}

const alone = (item: MediaItem): MediaMessage => ({ kind: "media", ...item });
const album = (...items: readonly MediaItem[]) => ({ kind: "album", items }) as const;
const methods = ({ telegram }: World) => telegram.calls.all.map(({ method }) => method);

describe("a file", () => {
  test.each([
    ["photo", "a.png", {}, "(photo) look"],
    ["photo", "a.gif", {}, "(animation) look"],
    ["photo", "a.svg", {}, "(document a.svg) look"],
    ["document", "a b;c.pdf", {}, "(document a b;c.pdf) look"],
    ["document", "x.bin", { name: "Bericht „März“.pdf" }, "(document Bericht „März“.pdf) look"],
    ["audio", "a.mp3", {}, "(audio) look"],
    ["audio", "a.ogg", {}, "(voice) look"],
    ["video", "a.mp4", {}, "(video) look"],
    ["video", "a.mp4", { isNote: true }, "(video_note)"],
    ["sticker", "a.webp", {}, "(sticker)"],
  ] as const)("given as %s %s is shown as what it is", async (media, name, more, seen) => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, media, name, { caption: "**look**", ...more });
    const ref = await world.out.send(world.to, alone(item), options);
    expect(world.said()).toEqual([seen]);
    expect(ref.id).toBe(String(world.chat.last(world.bot)!.message.message_id));
  });

  test("arrives byte by byte as it is", async () => {
    await using world = await outgoingWorld();
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await world.out.send(world.to, alone(await itemOf(world, "document", "a.bin", {}, bytes)), options);
    const { file_id } = world.chat.last(world.bot)!.message.document!;
    expect(world.telegram.world.files.byId(file_id)?.bytes).toEqual(bytes);
    expect(world.telegram.calls.of({ method: "sendDocument" })[0]?.params).toMatchObject({
      disable_content_type_detection: true,
    });
  });

  test("asks for silence, a topic and an answered message like a text does", async () => {
    await using world = await outgoingWorld();
    const asked = world.anna.say(world.chat, "send it");
    const item = await itemOf(world, "document", "a.txt");
    const message = { ...alone(item), silent: true, replyTo: String(asked.message.message_id) };
    await world.out.send(world.to, message, options);
    expect(world.said(world.chat, true)).toEqual(["(document a.txt) (re “send it”) (silent)"]);
  });

  test("has a caption without markup after a refusal", async () => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", "a.txt", { caption: "**x**" });
    await world.out.send(world.to, alone(item), { ...options, style: "plain" });
    expect(world.telegram.calls.of({ method: "sendDocument" })[0]?.params).not.toHaveProperty("parse_mode");
    expect(world.said()).toEqual(["(document a.txt) x"]);
  });
});

test("a file's name is sent in quotes, without what would end them", async () => {
  await using world = await outgoingWorld();
  const item = await itemOf(world, "document", "a.txt", { name: 'a "b"; c\\d\n.txt' });
  const file = await openLocalFile(item, false);
  expect(uploadOf(file).filename).toBe('"a _b_; c_d_.txt"');
});

describe("a picture", () => {
  test("that Telegram does not take as one goes as the file that it is", async () => {
    await using world = await outgoingWorld();
    await world.out.send(
      world.to,
      alone(await itemOf(world, "photo", "long.png", {}, png(9000, 100))),
      options,
    );
    await world.out.send(world.to, alone(await itemOf(world, "photo", "no.png", {}, "no picture")), options);
    expect(world.said()).toEqual(["(document long.png)", "(document no.png)"]);
    expect(methods(world)).toEqual(["sendPhoto", "sendDocument", "sendPhoto", "sendDocument"]);
  });

  test("of more than 10 MB goes as a file at once", async () => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "photo", "big.png");
    await truncate(item.path, 10_000_001);
    await world.out.send(world.to, alone(item), options);
    expect(methods(world)).toEqual(["sendDocument"]);
  });
});

describe("what cannot be sent is said in a sentence, without asking Telegram", () => {
  test.each([
    ["too-long", 50_000_001, "a.txt has 51 MB; Telegram takes files of up to 50 MB from bots."],
    ["not-found", 0, "a.txt is empty; Telegram takes no empty files."],
  ] as const)("%s: a file of %d bytes", async (code, size, message) => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", "a.txt");
    await truncate(item.path, size);
    expect(await errorOf(world.out.send(world.to, alone(item), options))).toMatchObject({
      code,
      message,
      retry: "never",
    });
    expect(methods(world)).toEqual([]);
  });

  test("a server of one's own takes bigger files", async () => {
    await using world = await outgoingWorld({ isOwnServer: true });
    const item = await itemOf(world, "document", "a.txt");
    await truncate(item.path, 2_000_000_001);
    const error = await errorOf(world.out.send(world.to, alone(item), options));
    expect(error).toMatchObject({ message: expect.stringContaining("up to 2000 MB") });
  });

  test("a file that is gone, or a folder", async () => {
    await using world = await outgoingWorld();
    const path = join(world.folder, "gone.txt");
    const gone = world.out.send(world.to, alone({ media: "document", path }), options);
    expect(await errorOf(gone)).toMatchObject({
      code: "not-found",
      message: "The file gone.txt is not there any more.",
    });
    const folder = world.out.send(world.to, alone({ media: "document", path: world.folder }), options);
    expect(await errorOf(folder)).toMatchObject({ code: "not-found", retry: "never" });
  });
});

describe("an album", () => {
  test("is one, with the caption of each file; its first message is its name", async () => {
    await using world = await outgoingWorld();
    const one = await itemOf(world, "photo", "1.png", { caption: "**one**" });
    const two = await itemOf(world, "video", "2.mp4", { caption: "two" });
    const ref = await world.out.send(world.to, album(one, two), options);
    expect(world.said()).toEqual(["(photo) one", "(video) two"]);
    const [first, second] = world.chat.posts.slice(-2).map(({ message }) => message);
    expect(new Set([first?.media_group_id, second?.media_group_id, undefined]).size).toBe(2);
    expect(ref.id).toBe(String(first?.message_id));
    expect(methods(world)).toEqual(["sendMediaGroup"]);
  });

  test("of audio files and of documents stays what it is", async () => {
    await using world = await outgoingWorld();
    await world.out.send(
      world.to,
      album(await itemOf(world, "audio", "1.mp3"), await itemOf(world, "audio", "2.mp3")),
      options,
    );
    await world.out.send(
      world.to,
      album(await itemOf(world, "document", "1.txt"), await itemOf(world, "document", "2.txt")),
      options,
    );
    expect(world.said()).toEqual(["(audio)", "(audio)", "(document 1.txt)", "(document 2.txt)"]);
  });

  test("of files that cannot stand together, or of a picture that is none, goes as documents", async () => {
    await using world = await outgoingWorld();
    const [photo, text] = [await itemOf(world, "photo", "1.png"), await itemOf(world, "document", "2.txt")];
    await world.out.send(world.to, album(photo, text), options);
    const none = await itemOf(world, "photo", "3.png", {}, "no picture");
    await world.out.send(world.to, album(photo, none), options);
    expect(world.said().map((line) => line.split(" ", 1)[0])).toEqual(Array(4).fill("(document"));
  });

  test("of one file is a message like any other, and of none is refused", async () => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, album(await itemOf(world, "document", "1.txt")), options);
    expect(world.said()).toEqual(["(document 1.txt)"]);
    expect(await errorOf(world.out.send(world.to, album(), options))).toMatchObject({ retry: "never" });
  });
});

describe("a file that Telegram has already", () => {
  test("is not uploaded again, whatever it is called on our disk, after a restart as well", async () => {
    await using world = await outgoingWorld();
    const values = new Map<string, string>();
    world.out.attach(stateOf(values));
    const photo = await itemOf(world, "photo", "1.png");
    const other = await itemOf(world, "photo", "copy.png", {}, png());
    await world.out.send(world.to, alone(photo), options);
    await world.out.send(world.to, alone(other), options);
    const later = world.make();
    later.attach(stateOf(values));
    await later.send(
      world.to,
      album(photo, await itemOf(world, "photo", "new.png", {}, png(1, 1, 1))),
      options,
    );
    expect(world.said()).toEqual(Array(4).fill("(photo)"));
    const known = world.chat.posts.flatMap(({ message }) => message.photo?.at(-1)?.file_id ?? []);
    expect([known.length, new Set(known).size]).toEqual([4, 2]);
  });

  test("is uploaded again as another kind of message, or under another name", async () => {
    await using world = await outgoingWorld();
    const photo = await itemOf(world, "photo", "1.png");
    await world.out.send(world.to, alone(photo), options);
    await world.out.send(world.to, alone({ ...photo, media: "document" }), options);
    await world.out.send(world.to, alone({ ...photo, media: "document", name: "2.png" }), options);
    expect(world.said()).toEqual(["(photo)", "(document 1.png)", "(document 2.png)"]);
    const video = await itemOf(world, "video", "3.mp4");
    await world.out.send(world.to, alone(video), options);
    await world.out.send(world.to, alone({ ...video, media: "document" }), options);
    await world.out.send(world.to, album(photo, { ...video, media: "document" }), options);
    const documents = ["sendDocument", "sendDocument"];
    expect(methods(world)).toEqual([
      "sendPhoto",
      ...documents,
      "sendVideo",
      "sendDocument",
      "sendMediaGroup",
    ]);
  });

  test("is uploaded once more if Telegram does not know its id any more", async () => {
    await using world = await outgoingWorld();
    const values = new Map<string, string>();
    world.out.attach(stateOf(values));
    const item = await itemOf(world, "document", "1.txt");
    await world.out.send(world.to, alone(item), options);
    for (const [key, value] of values) values.set(key, `${value.split(" ", 1)[0]} AgADforgotten`);
    const later = world.make();
    later.attach(stateOf(values));
    await later.send(world.to, alone(item), options);
    await later.send(world.to, alone(item), options);
    expect(methods(world)).toEqual(["sendDocument", "sendDocument", "sendDocument", "sendDocument"]);
    expect(world.said()).toHaveLength(3);
  });

  test("an upload that broke off is in doubt, and is not repeated here", async () => {
    await using world = await outgoingWorld();
    world.telegram.faults.add({ kind: "drop-after", match: { method: "sendDocument" } });
    const item = await itemOf(world, "document", "1.txt");
    expect(await errorOf(world.out.send(world.to, alone(item), options))).toMatchObject({
      outcome: "unknown",
      retry: "now",
    });
    expect(methods(world)).toEqual(["sendDocument"]);
  });
});

test("files follow a group to its new id", async () => {
  await using world = await outgoingWorld();
  const group = world.group("group");
  const there = world.anna.upgrade(group);
  await world.out.send(addressOf(group), alone(await itemOf(world, "document", "1.txt")), options);
  expect(world.said(there).at(-1)).toBe("(document 1.txt)");
});
