import { expect, test } from "bun:test";
import { createDecipheriv, createHash } from "node:crypto";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { startFeishu } from "./index.ts";

interface Got {
  readonly headers: Headers;
  readonly text: string;
}

/** An app with a request address; `answer` is how it answers from now on. */
async function open(keys: { encryptKey?: string; verificationToken?: string } = {}) {
  const clock = new FakeClock();
  const feishu = await startFeishu({ clock });
  const got: Got[] = [];
  const state: { answer: (request: Got) => Response | Promise<Response> } = {
    answer: () => new Response("{}"),
  };
  const hook = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const received = { headers: request.headers, text: await request.text() };
      got.push(received);
      return state.answer(received);
    },
  });
  const webhook = { url: `http://127.0.0.1:${hook.port}/feishu`, ...keys };
  const app = feishu.addApp({ name: "Bot", webhook });
  const anna = feishu.addPerson({ name: "Anna" });
  return {
    clock,
    feishu,
    app,
    anna,
    chat: anna.dm(app),
    got,
    state,
    async [Symbol.asyncDispose]() {
      await hook.stop(true);
      await feishu[Symbol.asyncDispose]();
    },
  };
}

/** What the platform's description says a receiver has to do, written from that description. */
function decrypt(text: string, key: string): unknown {
  const bytes = Buffer.from(JSON.parse(text).encrypt, "base64");
  const decipher = createDecipheriv(
    "aes-256-cbc",
    createHash("sha256").update(key).digest(),
    bytes.subarray(0, 16),
  );
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]).toString("utf8"));
}

function isSigned({ headers, text }: Got, key: string): boolean {
  const signed = `${headers.get("x-lark-request-timestamp")}${headers.get("x-lark-request-nonce")}${key}${text}`;
  return headers.get("x-lark-signature") === createHash("sha256").update(signed).digest("hex");
}

test("without a key events come as they are, with the verification token in them and no signature", async () => {
  await using world = await open({ verificationToken: "v-token" });
  const { feishu, app, anna, chat, got } = world;
  anna.say(chat, "hello");
  await feishu.until(() => feishu.pushes[0]?.state === "taken");
  expect(JSON.parse(got[0]?.text ?? "")).toMatchObject({
    schema: "2.0",
    header: { token: "v-token", app_id: app.appId, event_type: "im.message.receive_v1" },
    event: { message: { content: '{"text":"hello"}' } },
  });
  expect(got[0]?.headers.get("x-lark-signature")).toBeNull();
});

test("with a key events are encrypted, and signed over the very bytes that come, odd white space included", async () => {
  await using world = await open({ encryptKey: "secret key" });
  const { feishu, anna, chat, got, clock } = world;
  anna.say(chat, "你好🙂");
  await feishu.until(() => feishu.pushes[0]?.state === "taken");
  feishu.webhooks.manners = { hasOddSpaces: true };
  anna.say(chat, "odd");
  await feishu.until(() => feishu.pushes[1]?.state === "taken");
  const [plain, odd] = got;
  if (!plain || !odd) throw new Error("nothing came");
  expect(Object.keys(JSON.parse(plain.text))).toEqual(["encrypt"]);
  expect(decrypt(plain.text, "secret key")).toMatchObject({
    event: { message: { content: '{"text":"你好🙂"}' } },
  });
  expect(plain.headers.get("x-lark-request-timestamp")).toBe(String(Math.floor(clock.now() / 1000)));
  expect([isSigned(plain, "secret key"), isSigned(odd, "secret key"), isSigned(odd, "other")]).toEqual([
    true,
    true,
    false,
  ]);
  expect(odd.text).not.toBe(JSON.stringify(JSON.parse(odd.text)));
  expect(decrypt(odd.text, "secret key")).toMatchObject({
    event: { message: { content: '{"text":"odd"}' } },
  });
});

test.each([undefined, "secret key"])(
  "an address proves within a second whose it is (key: %s)",
  async (encryptKey) => {
    await using world = await open(encryptKey === undefined ? {} : { encryptKey });
    const { feishu, app, state, clock } = world;
    const read = (text: string) => (encryptKey === undefined ? JSON.parse(text) : decrypt(text, encryptKey));
    state.answer = ({ text }) =>
      Response.json({ challenge: (read(text) as { challenge: string }).challenge });
    expect(await feishu.webhooks.verify(app)).toBe(true);
    state.answer = () => Response.json({ challenge: "other" });
    expect(await feishu.webhooks.verify(app)).toBe(false);
    state.answer = () => new Response("OK");
    expect(await feishu.webhooks.verify(app)).toBe(false);
    const late = Promise.withResolvers<Response>();
    state.answer = () => late.promise;
    const proof = feishu.webhooks.verify(app);
    await feishu.until(() => world.got.length === 4);
    await clock.advance(1000);
    expect(await proof).toBe(false);
    late.resolve(new Response(""));
  },
);

test("forged requests come as forgers send them, and what is answered to them can be seen", async () => {
  await using world = await open({ encryptKey: "secret key" });
  const { feishu, app, got, state, clock } = world;
  state.answer = () => new Response("no", { status: 401 });
  const forge = (manners: Parameters<typeof feishu.webhooks.post>[2]) =>
    feishu.webhooks.post(app, { schema: "2.0" }, manners);
  expect(await forge({ signature: "wrong" })).toEqual({ status: 401, body: "no" });
  await forge({ signature: "none" });
  await forge({ encryptKey: "other key" });
  await forge({ isPlain: true });
  await forge({ atMs: clock.now() - 86_400_000 });
  const [wrong, none, other, plain, old] = got;
  if (!wrong || !none || !other || !plain || !old) throw new Error("nothing came");
  expect([wrong, none].map((each) => isSigned(each, "secret key"))).toEqual([false, false]);
  expect(() => decrypt(other.text, "secret key")).toThrow();
  expect(JSON.parse(plain.text)).toEqual({ schema: "2.0" });
  expect(isSigned(old, "secret key")).toBe(true);
  expect(Number(old.headers.get("x-lark-request-timestamp"))).toBe(Math.floor(clock.now() / 1000) - 86_400);
});

test("what is not answered with 200 in three seconds comes again after 15 s, 5 min, 1 h and 6 h", async () => {
  await using world = await open();
  const { feishu, anna, chat, got, state, clock } = world;
  const never = Promise.withResolvers<Response>();
  state.answer = () => never.promise;
  anna.say(chat, "hello");
  await feishu.until(() => got.length === 1);
  await clock.advance(3000);
  state.answer = () => new Response("busy", { status: 503 });
  for (const [count, pauseMs] of [
    [2, 15_000],
    [3, 300_000],
    [4, 3_600_000],
  ] as const) {
    await clock.advance(pauseMs);
    await feishu.until(
      () => got.length === count && clock.nextDueAtMs !== undefined && clock.nextDueAtMs - clock.now() > 3000,
    );
  }
  state.answer = () => new Response("");
  await clock.advance(21_600_000);
  await feishu.until(() => feishu.pushes[0]?.state === "taken");
  expect(new Set(got.map(({ text }) => text)).size).toBe(1);
  expect(got).toHaveLength(5);
  never.resolve(new Response(""));
});
