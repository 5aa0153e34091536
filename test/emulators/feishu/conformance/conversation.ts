import { expect } from "bun:test";
import { startFeishu, type AppAccount, type FeishuServer } from "../index.ts";

/** What a client has to do with the stand-in, whoever wrote it; resolves to how to end it. */
export type StartClient = (feishu: FeishuServer, app: AppAccount) => Promise<() => Promise<void>>;

/**
 * Talks with an app that knows five things. To `hello` it answers `hi`, and edits that to `hi, <name>`, which it has asked
 * for. A file comes back as `copy.txt`, after a text with its words. To `picture` it answers with an image. To `buttons`
 * it sends a card that asks `Tea?` with the buttons Yes and No; a press is answered with the notice `noted` and a card that
 * says `You said <value>`. To `write` it writes a card bit by bit: `one`, `one two`, and ends it. What it has answered it
 * marks with OK.
 */
export async function converse(
  start: StartClient,
  prepare: (feishu: FeishuServer, app: AppAccount) => void = () => undefined,
): Promise<void> {
  await using feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot" });
  prepare(feishu, app);
  const stop = await start(feishu, app);
  try {
    await talk(feishu, app);
  } catch (error) {
    const said = await stop().catch(String);
    const asked = feishu.world.complaints.splice(0).join("; ");
    throw new Error(`${String(error)}\nAsked in vain: ${asked}\nThe client: ${said ?? "nothing"}`, {
      cause: error,
    });
  }
  await stop();
}

async function talk(feishu: FeishuServer, app: AppAccount): Promise<void> {
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  const hello = anna.say(chat, "hello");
  await feishu.untilTranscript(chat, ["Anna: hello {OK}", "Bot: hi, Anna"]);
  const answer = chat.last(app);
  expect([answer?.parentId, answer?.earlier]).toEqual([hello.id, ['{"text":"hi"}']]);

  anna.upload(chat, "file", { name: "words.txt", bytes: new TextEncoder().encode("some words") });
  await feishu.untilTranscript(chat, [
    "Anna: hello {OK}",
    "Bot: hi, Anna",
    "Anna: (file words.txt) {OK}",
    "Bot: some words",
    "Bot: (file copy.txt)",
  ]);
  const copy = feishu.world.files.get(JSON.parse(chat.last(app)?.content ?? "").file_key);
  expect(new TextDecoder().decode(copy?.bytes)).toBe("some words");

  anna.say(chat, "picture");
  await feishu.until(() => chat.last(app)?.msgType === "image", "the picture");

  anna.say(chat, "buttons");
  const question = await feishu.until(() => chat.last(app)?.card && chat.last(app), "the question");
  expect(feishu.transcript(chat).at(-1)).toBe("Bot: Tea? [Yes] [No]");
  const press = anna.press(question, "Yes");
  await feishu.until(() => press.state !== "waiting", "the answer to the press");
  expect([press.state, press.toast?.content]).toEqual(["answered", "noted"]);
  expect(feishu.transcript(chat).at(-1)).toBe("Bot: You said yes");

  anna.say(chat, "write");
  const isWritten = () => {
    const last = feishu.transcript(chat, { isLive: true }).slice(-2);
    return Bun.deepEquals(last, ["Anna: write {OK}", "Bot: one two"]);
  };
  await feishu.until(isWritten, "the card that is written");
  await feishu.until(() => feishu.pendingOf(app).length === 0, "the acknowledgements");
  expect(feishu.pushes.every(({ atMs }) => atMs.length === 1)).toBe(true);
}
