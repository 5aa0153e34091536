import { describe, expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import type { MediaItem, MediaMessage } from "../../../../../src/plugins/types.ts";
import { addressOf, errorOf, fresh, options, outgoingWorld, type OutgoingWorld } from "./outgoing-world.ts";

/** The beginning of a picture, which is all that anybody looks at. */
function png(mark = 0): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  bytes[63] = mark;
  return bytes;
}

async function itemOf(
  { file }: OutgoingWorld,
  media: MediaItem["media"],
  name: string,
  more: Partial<MediaItem> = {},
  content: string | Uint8Array = /photo|sticker/.test(media) ? png() : `content of ${name}`,
): Promise<MediaItem> {
  return { media, path: await file(name, content), ...more };
}

const alone = (item: MediaItem): MediaMessage => ({ kind: "media", ...item });
const uploads = ({ methods }: OutgoingWorld) =>
  methods().filter((method) => /(image|file)\.create$/.test(method));

describe("a file", () => {
  test.each([
    ["photo", "a.png", {}, "(image)"],
    ["photo", "a.svg", {}, "(file a.svg)"],
    ["sticker", "a.webp", {}, "(image)"],
    ["sticker", "a.tgs", {}, "(file a.tgs)"],
    ["document", "a b;c.pdf", {}, "(file a b;c.pdf)"],
    ["document", "x.bin", { name: "Bericht „März“.docx" }, "(file Bericht „März“.docx)"],
    ["document", "x.bin", { name: "报告.xlsx" }, "(file 报告.xlsx)"],
    ["audio", "a.mp3", {}, "(file a.mp3)"],
    ["audio", "a.ogg", {}, "(audio)"],
    ["audio", "a.mp3", { isNote: true }, "(file a.mp3)"],
    ["video", "a.mp4", {}, "(media a.mp4)"],
    ["video", "a.mov", {}, "(file a.mov)"],
  ] as const)("given as %s %s is shown as what it is", async (media, name, more, seen) => {
    await using world = await outgoingWorld();
    const ref = await world.out.send(world.to, alone(await itemOf(world, media, name, more)), options);
    expect(world.said()).toEqual([seen]);
    expect(ref).toEqual({ address: world.to, id: world.chat.last(world.app)!.id });
  });

  test.each([
    ["a.pdf", "pdf"],
    ["a.doc", "doc"],
    ["a.docx", "doc"],
    ["a.xls", "xls"],
    ["a.pptx", "ppt"],
    ["a.zip", "stream"],
  ])("named %s is uploaded as %s", async (name, type) => {
    await using world = await outgoingWorld();
    await world.out.send(world.to, alone(await itemOf(world, "document", name)), options);
    expect(world.params("im.file.create")[0]).toMatchObject({ file_type: type, file_name: name });
  });

  test("arrives byte by byte as it is", async () => {
    await using world = await outgoingWorld();
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await world.out.send(world.to, alone(await itemOf(world, "document", "a.bin", {}, bytes)), options);
    const { file_key: key } = JSON.parse(world.chat.last(world.app)!.content) as { file_key: string };
    expect(Buffer.from(world.feishu.world.files.get(key)!.bytes).equals(Buffer.from(bytes))).toBe(true);
  });

  test("answers a message and stands in a topic like a text does", async () => {
    await using world = await outgoingWorld();
    const { anna, out } = world;
    const group = world.group();
    const opened = anna.replyInThread(anna.say(group, "a picture?"), "here");
    const item = await itemOf(world, "photo", "a.png");
    await out.send(addressOf(group.id, opened.threadId), { ...alone(item), replyTo: opened.id }, options);
    expect(world.said(group, { thread: opened.threadId! })).toEqual(["(image)"]);
  });

  test("comes once, however often its sending is tried", async () => {
    await using world = await outgoingWorld();
    const { out, to, said, feishu } = world;
    feishu.faults.add({ kind: "truncated", match: { method: "im.message.create" } });
    const item = alone(await itemOf(world, "document", "a.txt"));
    expect(await errorOf(out.send(to, item, options))).toMatchObject({ outcome: "unknown" });
    await out.send(to, item, options);
    expect(said()).toEqual(["(file a.txt)"]);
    expect(uploads(world)).toHaveLength(1);
  });

  test("has its name without what would end it in a request", async () => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", "a.txt", { name: 'a "b"; c\\d\n.txt' });
    await world.out.send(world.to, alone(item), options);
    expect(world.said()).toEqual(["(file a _b_; c_d_.txt)"]);
  });

  test("whose upload is cut off has not been sent", async () => {
    await using world = await outgoingWorld();
    world.feishu.faults.add({ kind: "drop-after", match: { method: "im.file.create" } });
    const item = alone(await itemOf(world, "document", "a.txt"));
    expect(await errorOf(world.out.send(world.to, item, options))).toMatchObject({
      retry: "now",
      outcome: "did-not-happen",
    });
  });
});

describe("what cannot be sent is said in a sentence, without a call", () => {
  test.each([
    ["empty.txt", 0, "empty.txt is empty; Feishu takes no empty files."],
    ["big.zip", 31_000_000, "big.zip has 31 MB; Feishu takes files of up to 30 MB from bots."],
  ])("%s", async (name, size, sentence) => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", name, {}, "x");
    await truncate(item.path, size);
    expect(await errorOf(world.out.send(world.to, alone(item), options))).toMatchObject({
      message: sentence,
      retry: "never",
    });
    expect(world.methods()).toEqual([]);
  });
});

describe("what was sent once", () => {
  test("is not uploaded again, even by another process, under another message", async () => {
    await using world = await outgoingWorld();
    const item = alone(await itemOf(world, "photo", "a.png"));
    await world.out.send(world.to, item, fresh());
    await world.make().send(world.to, item, fresh());
    await world.make().send(world.to, alone(await itemOf(world, "photo", "copy.png")), fresh());
    expect(world.said()).toEqual(["(image)", "(image)", "(image)"]);
    expect(uploads(world)).toHaveLength(1);
  });

  test("is uploaded anew if Feishu has forgotten it, or if its name or bytes are others", async () => {
    await using world = await outgoingWorld();
    const { out, to, feishu } = world;
    const item = await itemOf(world, "document", "a.txt");
    await out.send(to, alone(item), fresh());
    await out.send(to, alone({ ...item, name: "b.txt" }), fresh());
    await out.send(to, alone(await itemOf(world, "document", "a.txt", {}, "other")), fresh());
    expect(uploads(world)).toHaveLength(3);
    const get = feishu.world.files.get.bind(feishu.world.files);
    const forgotten = JSON.parse(world.chat.last(world.app)!.content) as { file_key: string };
    feishu.world.files.get = (key) => (key === forgotten.file_key ? undefined : get(key));
    await out.send(to, alone(await itemOf(world, "document", "a.txt", {}, "other")), fresh());
    expect(world.said()).toHaveLength(4);
    expect(uploads(world)).toHaveLength(4);
  });
});

test("a picture that Feishu does not take for one, or that is too big, goes as the file that it is", async () => {
  await using world = await outgoingWorld();
  const { out, to } = world;
  await out.send(to, alone(await itemOf(world, "photo", "fake.png", {}, "no picture")), fresh());
  const big = await itemOf(world, "photo", "big.png");
  await truncate(big.path, 10_500_000);
  await out.send(to, alone(big), fresh());
  expect(world.said()).toEqual(["(file fake.png)", "(file big.png)"]);
});

test("a recording and a film tell how long they are, if they know", async () => {
  await using world = await outgoingWorld();
  const page = new Uint8Array(64);
  page.set(new TextEncoder().encode("OggS"));
  new DataView(page.buffer).setBigUint64(6, 48_000n * 3n, true);
  await world.out.send(world.to, alone(await itemOf(world, "audio", "a.ogg", {}, page)), fresh());
  await world.out.send(world.to, alone(await itemOf(world, "audio", "b.ogg", {}, "no sound")), fresh());
  const [known, unknown] = world.params("im.file.create");
  expect(known).toMatchObject({ file_type: "opus", duration: "3000" });
  expect(unknown).not.toHaveProperty("duration");
});

test("files go one by one, and words that came with one are a message of their own", async () => {
  await using world = await outgoingWorld();
  const { out, to, said } = world;
  const items = [
    await itemOf(world, "photo", "a.png", { caption: "**look**" }),
    await itemOf(world, "document", "b.txt"),
  ];
  const { files } = out.capabilities;
  expect(files?.albumsOf(items)).toEqual(items.map((item) => [item]));
  expect(items.map((item) => files?.holdsCaption(item))).toEqual([false, true]);
  const album = { kind: "album", items } as const;
  const ref = await out.send(to, album, options);
  await out.send(to, album, options);
  expect(said()).toEqual(["(image)", "**look**", "(file b.txt)"]);
  expect(ref.id).toBe(world.chat.posts[0]!.id);
  expect(await errorOf(out.send(to, { kind: "album", items: [] }, fresh()))).toMatchObject({
    code: "not-found",
  });
});
