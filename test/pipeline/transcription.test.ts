import { afterAll, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { HookContext } from "../../src/core/hooks.ts";
import { guardedFetch } from "../../src/security/guarded-fetch.ts";
import { FakeListener } from "../fakes/fake-listener.ts";
import { CHAT, SESSION } from "../fakes/path-world.ts";
import { file, FilesWorld, pathsIn, withFiles } from "./files-world.ts";

const listener = new FakeListener();
afterAll(() => listener[Symbol.dispose]());
beforeEach(() => {
  listener.requests.length = 0;
  listener.answers.length = 0;
});

const rules = { enabled: true, blockPrivateIPs: true, blockLocalhost: true, allowedHosts: [] };
const fetch = guardedFetch(() => ({ rules, timeoutMs: 10_000 }));

function open(transcription: object | undefined = { baseUrl: listener.baseUrl }, language?: "zh") {
  return new FilesWorld({
    fetch,
    config: transcription === undefined ? {} : { audio: { transcription } },
    ...(language === undefined ? {} : { language }),
  });
}

/** A world without a server that listens. */
const deaf = (language?: "en" | "zh") => new FilesWorld({ fetch, ...(language ? { language } : {}) });

const voice = (source: string, facts = {}) => ({
  ...file(source, { kind: "audio", mimeType: "audio/ogg", isVoice: true, ...facts }),
  name: "",
});
const said = (id: string, source: string, facts = {}) => withFiles(id, "", voice(source, facts));

test("what somebody says is the prompt, marked as spoken, and the recording is there to be looked at", async () => {
  using world = open({ baseUrl: listener.baseUrl, apiKey: "key", model: "m", language: "en" });
  world.platform.holds("v", "please sing");
  const { text } = await world.prompt(said("1", "v"));
  const [path = ""] = pathsIn(text);
  expect(text).toBe(`[spoken] please sing\n\n[voice message: ${path} (audio/ogg)]`);
  expect(readFileSync(path, "utf8")).toBe("please sing");
  expect(listener.requests).toEqual([
    {
      model: "m",
      language: "en",
      fileName: "voice.ogg",
      fileType: "audio/ogg",
      content: "please sing",
      authorization: "Bearer key",
    },
  ]);
  expect(world.told).toEqual([]);
});

test("a recording in which nothing is said is one", async () => {
  using world = open();
  world.platform.holds("v", " ");
  expect((await world.prompt(said("1", "v"))).text).toStartWith("[voice message in which nothing is said: /");
  expect(world.told).toEqual([]);
});

test("a server without a key is asked without one, by a name whose end it knows", async () => {
  using world = open({ baseUrl: `${listener.baseUrl}/` });
  await world.prompt(withFiles("1", "", { ...voice("v"), name: "x.oga" }));
  expect(listener.requests).toMatchObject([{ authorization: null, language: null, fileName: "x.ogg" }]);
});

test("what a recording says is asked once: not when a turn is tried again, not when it is passed on", async () => {
  using world = open();
  const again = { cacheKey: "unique" };
  await world.prompt(said("1", "v", again));
  await world.prompt(said("1", "v", again));
  await world.prompt(said("2", "v", again));
  const { text } = await world.prompt(said("3", "v"));
  expect(text).toStartWith("[spoken] bytes of v\n");
  expect(listener.requests).toHaveLength(1);
  await world.prompt(said("4", "w"));
  expect(listener.requests).toHaveLength(2);
});

test("music that is no voice message is a file", async () => {
  using world = open();
  expect((await world.prompt(said("1", "v", { isVoice: false }))).text).toStartWith("[file: ");
  expect(listener.requests).toEqual([]);
});

test("where nobody can listen the person is told so, once a day in each chat, and pi gets the recording", async () => {
  using world = deaf();
  const { text } = await world.prompt(said("1", "v"));
  expect(text).toMatch(/^\[voice message that was not turned into text: \/.*\/voice\.ogg \(audio\/ogg\)\]$/);
  await world.turn({ id: "t2", messages: [said("2", "v")] });
  expect(world.told).toEqual([
    "Voice messages cannot be turned into text here yet, so the agent was handed the recording as a file. Whoever runs this gateway can change that with the setting audio.transcription, or with a plugin.",
  ]);
  await world.turn({ id: "t3", messages: [{ ...said("3", "v"), address: { ...CHAT, chat: "43" } }] });
  expect(world.told).toHaveLength(2);
  await world.clock.advance(86_400_000);
  await world.turn({ id: "t4", messages: [said("4", "v")] });
  expect(world.told).toHaveLength(3);
});

test("a server that is switched off is none", async () => {
  using world = open({ baseUrl: listener.baseUrl, enabled: false });
  await world.prompt(said("1", "v"));
  expect(world.told[0]).toStartWith("Voice messages cannot be turned into text here yet");
  expect(listener.requests).toEqual([]);
});

test("in Chinese, too", async () => {
  using unset = deaf("zh");
  await unset.prompt(said("1", "v"));
  expect(unset.told[0]).toStartWith("这里还不能把语音消息转成文字");
  using failing = open({ baseUrl: listener.baseUrl }, "zh");
  listener.answers.push(() => new Response("no", { status: 401 }));
  await failing.prompt(said("1", "v"));
  expect(failing.told[0]).toStartWith("这条语音消息未能转成文字");
});

const broken = () => new Response("broken", { status: 500 });

test("a server that stumbles is asked once more, and the person hears nothing of it", async () => {
  using world = open();
  listener.answers.push(broken);
  expect((await world.prompt(said("1", "v"))).text).toStartWith("[spoken] bytes of v");
  expect(world.told).toEqual([]);
});

test.each([
  ["refuses the key", [() => Response.json({ error: { message: "no" } }, { status: 401 })], 1],
  ["stays broken", [broken, broken], 2],
  ["says something else", [() => new Response("<html>")], 1],
  ["says nothing", [() => Response.json({})], 1],
  ["sends elsewhere", [() => Response.redirect("http://127.0.0.1:1/")], 1],
  ["never answers", [() => new Promise<Response>(() => {}), () => new Promise<Response>(() => {})], 2],
] as const)("a server that %s costs the words, not the turn", async (what, answers, requests) => {
  // What answers at all is given the time it takes on a busy machine.
  using world = open({ baseUrl: listener.baseUrl, timeoutMs: what === "never answers" ? 500 : 20_000 });
  listener.answers.push(...answers);
  const { text } = await world.prompt(said("1", "v"));
  expect(text).toStartWith("[voice message that was not turned into text: /");
  expect(listener.requests).toHaveLength(requests);
  expect(world.told).toEqual([
    "This voice message could not be turned into text, so the agent was handed the recording as a file. Please write it, or try again later.",
  ]);
  // It was only this time.
  expect((await world.turn({ id: "t2", messages: [said("2", "v")] })).text).toStartWith("[spoken] ");
});

test("a recording that does not come is a file that did not come", async () => {
  using world = open();
  world.platform.holds("v", new Error("no"));
  expect((await world.prompt(said("1", "v"))).text).toStartWith("[file not available: voice.ogg");
});

test("a plugin is asked first, with all it needs, and the server is not bothered", async () => {
  using world = open({ baseUrl: listener.baseUrl, language: "de" });
  const given: HookContext<"transcribe_audio">[] = [];
  world.hooks.add(["transcribe_audio"], (context) => void given.push(context as never), "first");
  world.hooks.add(["transcribe_audio"], () => ({ text: "from a plugin" }), "second");
  world.hooks.add(["transcribe_audio"], () => ({ text: "too late" }), "third");
  const message = said("1", "v");
  const { text } = await world.prompt(message);
  expect(text).toStartWith("[spoken] from a plugin\n");
  expect(given).toEqual([
    {
      sessionKey: SESSION,
      message,
      path: pathsIn(text)[0] ?? "",
      mimeType: "audio/ogg",
      fileName: "voice.ogg",
      language: "de",
    },
  ]);
  expect(listener.requests).toEqual([]);
});

test("a plugin that has no answer, or fails, leaves it to the server, and where there is none the person is told", async () => {
  for (const answer of [() => {}, () => ({ text: "" }), () => ({ text: 5 as never })]) {
    using world = open();
    world.hooks.add(["transcribe_audio"], answer, "plugin");
    expect((await world.prompt(said("1", "v"))).text).toStartWith("[spoken] bytes of v");
    using alone = deaf();
    alone.hooks.add(["transcribe_audio"], answer, "plugin");
    await alone.prompt(said("1", "v"));
    expect(alone.told[0]).toStartWith("This voice message could not be turned into text");
  }
});

test("a turn that is stopped meanwhile ends, and nobody is told", async () => {
  using world = open();
  listener.answers.push(() => {
    world.stop.abort(new Error("stopped"));
    return new Promise<Response>(() => {});
  });
  const made = world.prompt(said("1", "v"));
  expect(await made.then(String, (error: Error) => error.message)).toBe("stopped");
  expect(world.told).toEqual([]);
});
