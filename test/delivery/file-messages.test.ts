import { expect, test } from "bun:test";
import type { Channel, ChannelCapabilities } from "../../src/core/channel.ts";
import type { MediaItem, OutboundMessage } from "../../src/core/message.ts";
import { deliveriesOf } from "../../src/delivery/deliveries-of.ts";
import { fileMessages } from "../../src/delivery/file-messages.ts";

/** Captions of ten characters, albums of two files. */
const able: ChannelCapabilities = {
  text: { limit: 100 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
  files: {
    holdsCaption: ({ caption = "" }) => caption.length <= 10,
    albumsOf: (items) =>
      items.reduce<MediaItem[][]>((albums, item, at) => {
        if (at % 2 === 0) albums.push([item]);
        else albums.at(-1)?.push(item);
        return albums;
      }, []),
  },
};
const { files: _files, ...simple } = able;

const item = (path: string, caption?: string): MediaItem => ({
  media: "photo",
  path,
  ...(caption === undefined ? {} : { caption }),
});

/** A message in short: its files with their captions, or its text. */
const brief = (message: OutboundMessage) => {
  if (message.kind === "text") return `“${message.markdown}”`;
  const items = message.kind === "media" ? [message] : message.items;
  return `${message.kind} ${items.map(({ path, caption }) => (caption === undefined ? path : `${path}:${caption}`)).join(" ")}`;
};
const briefly = (message: Parameters<typeof fileMessages>[0]) => fileMessages(message, able).map(brief);

test("a caption that does not fit follows whole as a text, and nothing is said twice", () => {
  expect(briefly({ kind: "media", ...item("a", "short") })).toEqual(["media a:short"]);
  expect(briefly({ kind: "media", ...item("a", "much too long for it") })).toEqual([
    "media a",
    "“much too long for it”",
  ]);
});

test("an album becomes as many messages as the platform needs, each followed by what did not fit under it", () => {
  const items = [item("a", "one"), item("b", "quite a long one"), item("c", "three"), item("d"), item("e")];
  expect(briefly({ kind: "album", items })).toEqual([
    "album a:one b",
    "“quite a long one”",
    "album c:three d",
    "media e",
  ]);
});

test("only the first message answers the other; all of them are as silent", () => {
  const items = [item("a", "quite a long one"), item("b"), item("c")];
  const parts = fileMessages({ kind: "album", items, replyTo: "7", silent: true }, able);
  expect(parts.map(({ replyTo, silent }) => [replyTo, silent])).toEqual([
    ["7", true],
    [undefined, true],
    [undefined, true],
  ]);
});

test("what makes a file what it is stays with it", () => {
  const note = {
    media: "audio",
    path: "a",
    name: "n",
    mimeType: "audio/ogg",
    sizeBytes: 3,
    isNote: true,
  } as const;
  expect(fileMessages({ kind: "album", items: [note] }, able)).toEqual([{ kind: "media", ...note }]);
});

test("a platform that says nothing about files is given them as they are", () => {
  const message = { kind: "album", items: [item("a", "quite a long one"), item("b")] } as const;
  expect(fileMessages(message, simple)).toEqual([message]);
});

test("each message of it has a key of its own, a text behind a file is cut like any other, and no preview becomes one", () => {
  const to = { channel: "c", account: "default", scope: "dm", chat: "1" } as const;
  const channel: Channel = {
    name: "c",
    capabilities: able,
    start: async () => {},
    stop: async () => {},
    send: async () => ({ address: to, id: "1" }),
  };
  const caption = `${"one ".repeat(20)}\n\n${"two ".repeat(20)}`;
  const previews = ["1", "2", "3"].map((id) => ({ address: to, id }));
  const keyOf = (part: number) => `k/${part}`;
  const posted = deliveriesOf({ kind: "media", ...item("a", caption) }, { to, channel, keyOf, previews });
  expect(posted.map(({ key, message, replaces }) => [key, message.kind, replaces])).toEqual([
    ["k/0", "media", undefined],
    ["k/1", "text", undefined],
    ["k/2", "text", undefined],
  ]);
});
