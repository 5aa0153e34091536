import { describe, expect, test } from "bun:test";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import type { MediaItem, MediaMessage } from "../../../../../src/plugins/types.ts";
import { errorOf } from "../../../../fakes/error-of.ts";
import { options, outgoingWorld, text } from "./outgoing-world.ts";

type World = Awaited<ReturnType<typeof outgoingWorld>>;

async function itemOf(
  { file }: World,
  media: MediaItem["media"],
  name: string,
  more: Partial<MediaItem> = {},
  content: string | Uint8Array = `content of ${name}`,
): Promise<MediaItem> {
  return { media, path: await file(name, content), ...more };
}

const alone = (item: MediaItem): MediaMessage => ({ kind: "media", ...item });
const album = (...items: readonly MediaItem[]) => ({ kind: "album", items }) as const;
const lastOf = ({ chat, bot }: World) => chat.last(bot)!.message;

describe("a file", () => {
  test.each([
    ["photo", "a.png", {}, "**look** (file a.png)"],
    ["document", "a.pdf", {}, "**look** (file a.pdf)"],
    ["document", "x.bin", { name: "Bericht „März“.pdf" }, "**look** (file Bericht_März_.pdf)"],
    ["audio", "a.ogg", { isNote: true }, "**look** (file a.ogg)"],
    ["video", "a.mp4", {}, "**look** (file a.mp4)"],
    ["sticker", "a.webp", {}, "**look** (file a.webp)"],
    ["sticker", "sticker", { mimeType: "image/webp" }, "**look** (file sticker.webp)"],
    ["document", "notes", { mimeType: "text/plain; charset=utf-8" }, "**look** (file notes.txt)"],
    ["document", "Makefile", {}, "**look** (file Makefile)"],
  ] as const)("given as %s %s has a name that shows it as what it is", async (media, name, more, seen) => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, media, name, { caption: "**look**", ...more });
    const ref = await world.out.send(world.to, alone(item), options());
    expect(world.said()).toEqual([seen]);
    expect(ref).toEqual({ address: world.to, id: lastOf(world).id });
  });

  test("arrives byte by byte as it is", async () => {
    await using world = await outgoingWorld();
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await world.out.send(world.to, alone(await itemOf(world, "document", "a.bin", {}, bytes)), options());
    const [attachment] = lastOf(world).attachments;
    const link = world.discord.world.files.link(attachment!, Date.now());
    expect(new Uint8Array(await (await fetch(link.url)).arrayBuffer())).toEqual(bytes);
  });

  test("asks for silence and an answered message like a text does, and calls nobody", async () => {
    await using world = await outgoingWorld();
    const asked = world.anna.say(world.chat, "send it");
    const item = await itemOf(world, "document", "a.txt", { caption: "@everyone" });
    const message = { ...alone(item), silent: true, replyTo: asked.message.id };
    await world.out.send(world.to, message, options());
    expect(world.said(world.chat, true)).toEqual(["(re “send it”) \\@everyone (file a.txt) (silent)"]);
    expect(world.chat.last(world.bot)!.pings).toEqual({ users: [], roles: [], isEveryone: false });
  });

  test("has a caption without marks after a refusal, and none where nothing of it would be seen", async () => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", "a.txt");
    await world.out.send(world.to, alone({ ...item, caption: "**x**" }), options("plain"));
    await world.out.send(world.to, alone({ ...item, caption: "# " }), options());
    expect(world.said()).toEqual(["x (file a.txt)", "(file a.txt)"]);
  });

  test("whose answer got lost is there once when it is sent again", async () => {
    await using world = await outgoingWorld();
    const item = alone(await itemOf(world, "document", "a.txt"));
    const again = options();
    world.discord.faults.add({ kind: "drop-after", match: { method: "createMessage" } });
    expect(await errorOf(world.out.send(world.to, item, again))).toMatchObject({ outcome: "unknown" });
    await world.out.send(world.to, item, again);
    expect(world.said()).toEqual(["(file a.txt)"]);
  });
});

describe("what cannot be sent is said in a sentence, without asking Discord", () => {
  test.each([
    ["too-long", 11_000_000, "a.txt has 11 MB; Discord takes files of up to 10 MB from bots."],
    ["not-found", 0, "a.txt is empty; Discord takes no empty files."],
  ] as const)("%s: a file of %d bytes", async (code, size, message) => {
    await using world = await outgoingWorld();
    const item = await itemOf(world, "document", "a.txt");
    await truncate(item.path, size);
    const error = await errorOf(world.out.send(world.to, alone(item), options()));
    expect(error).toMatchObject({ code, message, retry: "never", outcome: "did-not-happen" });
    expect(world.discord.calls.of({})).toEqual([]);
  });

  test("a file that is gone, and an album without any", async () => {
    await using world = await outgoingWorld();
    const gone: MediaItem = { media: "document", path: join(world.folder, "gone.txt") };
    expect(await errorOf(world.out.send(world.to, alone(gone), options()))).toMatchObject({
      code: "not-found",
      message: "The file gone.txt is not there any more.",
    });
    expect(await errorOf(world.out.send(world.to, album(), options()))).toMatchObject({ code: "not-found" });
    expect(world.discord.calls.of({})).toEqual([]);
  });
});

test("a file of exactly 10 MiB goes everywhere, and a bigger one where the server takes it", async () => {
  await using world = await outgoingWorld({ mostBytesAt: () => 50 * 1024 * 1024 });
  const item = await itemOf(world, "document", "a.txt");
  await truncate(item.path, 10 * 1024 * 1024);
  const everywhere = world.make();
  await everywhere.send(world.to, alone(item), options());
  await truncate(item.path, 10 * 1024 * 1024 + 1);
  expect(await errorOf(world.out.send(world.to, alone(item), options()))).toMatchObject({
    code: "too-long",
    message: "The file is bigger than this server takes.",
    retry: "never",
  });
  world.guild.premiumTier = 2;
  await world.out.send(world.to, alone(item), options());
  expect(world.said()).toHaveLength(2);
});

describe("an album", () => {
  test("is one message with all its files in their order, and all their captions", async () => {
    await using world = await outgoingWorld();
    const items = await Promise.all(
      ["a.png", "b.pdf", "c.mp3"].map((name) => itemOf(world, "document", name, { caption: `*${name}*` })),
    );
    const ref = await world.out.send(world.to, album(...items), options());
    expect(world.said()).toEqual(["*a.png*\n\n*b.pdf*\n\n*c.mp3* (file a.png) (file b.pdf) (file c.mp3)"]);
    await world.out.edit(ref, "all of them", options());
    expect(world.said()[0]).toStartWith("all of them (file a.png)");
    await world.out.send(world.to, text("next"), options());
    expect(world.said()).toHaveLength(2);
  });
});
