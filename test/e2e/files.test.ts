import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChannelHost, Plugin } from "../../src/plugins/types.ts";
import { PNG } from "../pipeline/files-world.ts";
import { ALICE, PluginWorld } from "../fakes/plugin-world.ts";

setDefaultTimeout(60_000);

let host: ChannelHost | undefined;
const answers = new Map<string, PromiseWithResolvers<string>>();
const transcribed: unknown[] = [];

/** A telephone: people speak, and are answered in writing. And somebody who listens. */
const telephone: Plugin = (api) => {
  api.registerChannel({
    name: "telephone",
    capabilities: {
      text: { limit: 4000 },
      pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
      nonceWindowMs: 0,
    },
    start: async (given) => {
      host = given;
    },
    stop: async () => {},
    send: async (to, message) => {
      if (message.kind === "text") answers.get(to.chat)?.resolve(message.markdown);
      return { address: to, id: crypto.randomUUID() };
    },
    download: async ({ source }) => new TextEncoder().encode(source),
  });
  api.on("transcribe_audio", async ({ path, mimeType, message, sessionKey }) => {
    transcribed.push({ mimeType, chat: message.address.chat, sessionKey });
    return { text: `somebody says ${await Bun.file(path).text()}` };
  });
};

let world: PluginWorld;
beforeAll(async () => {
  world = await PluginWorld.open(telephone);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

async function speak(chat: string, source: string): Promise<string> {
  const answer = Promise.withResolvers<string>();
  answers.set(chat, answer);
  await host?.receive({
    id: "1",
    address: { channel: "telephone", account: "default", scope: "dm", chat },
    sender: { id: chat, name: "Una", isBot: false },
    text: "",
    attachments: [{ kind: "audio", mimeType: "audio/ogg", source, isVoice: true, cacheKey: source }],
    isForBot: true,
    sentAtMs: Date.now(),
  });
  return answer.promise;
}

test("a picture and a file from the page reach the real pi: one is seen, both can be read", async () => {
  const attachments = [
    { name: "../Bild \u202Egpj.png", mimeType: "image/png", base64: PNG.toString("base64") },
    { name: "笔记.txt", mimeType: "text/plain", base64: btoa("the notes") },
  ];
  const sent = await world.alice.call<{ messageId: string }>("chat.send", {
    sessionKey: ALICE,
    text: "look",
    attachments,
  });
  const { text = "" } = await world.alice.end(sent.messageId);
  expect(text).toContain("[image]");
  const [, picture = "", notes = ""] =
    /\[picture: (\/.*?) \(image\/png\)\]\n\n\[file: (\/.*?) \(text\/plain\)\]/.exec(text) ?? [];
  expect(picture).toStartWith(join(world.home, ".pi/gateway/workspace/inbox/"));
  expect(picture).toEndWith("/Bild gpj.png");
  expect(readFileSync(picture).equals(PNG)).toBe(true);
  expect(notes).toEndWith("/笔记.txt");
  const read = await world.ask(`tool read ${JSON.stringify({ path: notes })}`);
  expect(read).toContain("the notes");
});

test("what somebody says is what the real pi is asked, in the words of a plugin", async () => {
  const answer = await speak("una", "sing to me");
  expect(answer).toStartWith("echo: [spoken] somebody says sing to me\n\n[voice message: /");
  expect(transcribed).toEqual([
    { mimeType: "audio/ogg", chat: "una", sessionKey: "agent:main:telephone:dm:una" },
  ]);
});
