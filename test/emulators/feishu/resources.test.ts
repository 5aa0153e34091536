import { expect, test } from "bun:test";
import { callApi, sendTo, tokenOf } from "./call-api.ts";
import { startFeishu } from "./index.ts";

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const MB = 1024 * 1024;

async function open() {
  const feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const token = await tokenOf(feishu, app);
  const upload = async (path: string, fields: Record<string, string | Blob>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${feishu.url}/open-apis${path}`, { method: "POST", headers, body });
    return (await response.json()) as { code: number; data: Record<string, string> };
  };
  return {
    feishu,
    app,
    anna,
    chat: anna.dm(app),
    image: (bytes: Uint8Array<ArrayBuffer>) =>
      upload("/im/v1/images", { image_type: "message", image: new File([bytes], "a.png") }),
    file: (bytes: Uint8Array<ArrayBuffer>, file_type = "stream", more: Record<string, string> = {}) =>
      upload("/im/v1/files", { file_type, file_name: "a.bin", file: new File([bytes], "x"), ...more }),
    /** The bytes behind an address, or the code of the refusal. */
    download: async (path: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const response = await fetch(`${feishu.url}/open-apis${path}`, { headers });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      return ((await response.json()) as { code: number }).code;
    },
    [Symbol.asyncDispose]: () => feishu[Symbol.asyncDispose](),
  };
}

test("images and files go up, are sent by their keys, and show in the chat", async () => {
  await using world = await open();
  const { feishu, app, chat } = world;
  const { data: image } = await world.image(PNG);
  const { data: file } = await world.file(PNG, "pdf");
  const { data: voice } = await world.file(PNG, "opus", { duration: "2000" });
  const { data: film } = await world.file(PNG, "mp4");
  await sendTo(feishu, app, chat, "image", image);
  await sendTo(feishu, app, chat, "file", file);
  await sendTo(feishu, app, chat, "audio", voice);
  await sendTo(feishu, app, chat, "media", { ...film, ...image });
  expect(feishu.transcript(chat)).toEqual([
    "Bot: (image)",
    "Bot: (file a.bin)",
    "Bot: (audio)",
    "Bot: (media a.bin)",
  ]);
  await expect(sendTo(feishu, app, chat, "audio", file)).rejects.toThrow("230055");
  await expect(sendTo(feishu, app, chat, "file", image)).rejects.toThrow("230001");
});

test("an image has at most 10 MB, a file 30 MB, and neither is empty", async () => {
  await using world = await open();
  const codes = [
    await world.image(new Uint8Array()),
    await world.image(new Uint8Array([...PNG, ...new Uint8Array(10 * MB)])),
    await world.image(new Uint8Array(5)),
    await world.file(new Uint8Array()),
    await world.file(new Uint8Array(30 * MB + 1)),
    await world.file(new Uint8Array(30 * MB)),
    await world.file(PNG, "exe"),
  ].map(({ code }) => code);
  expect(codes).toEqual([234010, 234006, 234011, 234010, 234006, 0, 99992402]);
});

test("what people send comes through the message that it is in, and only as what it is", async () => {
  await using world = await open();
  const { anna, chat, download } = world;
  const bytes = new TextEncoder().encode("words");
  const file = anna.upload(chat, "file", { name: "words.txt", bytes });
  const { file_key: key } = JSON.parse(file.content);
  const path = `/im/v1/messages/${file.id}/resources/${key}`;
  expect(await download(`${path}?type=file`)).toEqual(bytes);
  expect(await download(`${path}?type=image`)).toBe(230001);
  expect(await download(`/im/v1/messages/${anna.say(chat, "x").id}/resources/${key}?type=file`)).toBe(234003);
  expect(await download(`/im/v1/files/${key}`)).toBe(234007);
  const image = anna.upload(chat, "image", { bytes: PNG });
  const { image_key } = JSON.parse(image.content);
  expect(await download(`/im/v1/messages/${image.id}/resources/${image_key}?type=image`)).toEqual(PNG);
  // The address without the message serves only what the app itself has uploaded.
  expect(await download(`/im/v1/images/${image_key}`)).toBe(234007);
  const own = await world.image(PNG);
  expect(await download(`/im/v1/images/${own.data["image_key"]}`)).toEqual(PNG);
  const inPost = anna.store("image", { bytes: PNG });
  const post = anna.post(chat, { content: [[{ tag: "img", image_key: inPost.key }]] });
  expect(await download(`/im/v1/messages/${post.id}/resources/${inPost.key}?type=image`)).toEqual(PNG);
  const sticker = anna.sticker(chat);
  const { file_key: stickerKey } = JSON.parse(sticker.content);
  expect(await download(`/im/v1/messages/${sticker.id}/resources/${stickerKey}?type=file`)).toBe(234043);
});

test("files of people need no scope for resources, but one for messages", async () => {
  await using world = await open();
  const { feishu, app, anna, chat } = world;
  for (const scope of ["im:message", "im:message:readonly"]) app.scopes.delete(scope);
  const { id, content } = anna.upload(chat, "file");
  const path = `/im/v1/messages/${id}/resources/${JSON.parse(content).file_key}?type=file`;
  expect(await callApi(feishu, app, "GET", path)).toMatchObject({ code: 99991672 });
});
