import { afterEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { type Config, configSchema } from "../../../src/core/config-schema.ts";
import { RequestError, StoreError } from "../../../src/core/errors.ts";
import type { WebhookOrder, WebhookReceipt } from "../../../src/core/webhook-port.ts";
import { WebhookDoor } from "../../../src/http/routes/hooks.ts";
import { type Fields, type Logger, silentLogger } from "../../../src/lib/logger.ts";
import { WebhookCallers } from "../../../src/security/webhook-callers.ts";
import { FakeClock } from "../../fakes/fake-clock.ts";
import { type OpenDoors, openDoors } from "../open-doors.ts";

let open: OpenDoors | undefined;
afterEach(async () => {
  await open?.[Symbol.asyncDispose]();
  open = undefined;
});

/** Real doors with webhooks that are taken by somebody who only remembers them. */
async function world(section: object = {}) {
  const doors = (open = await openDoors());
  const state = { hooks: hooksOf({ enabled: true, token: "right", ...section }) };
  const orders: WebhookOrder[] = [];
  const logged: { message: string; fields: Fields }[] = [];
  const note = (fields: Fields, message: string) => void logged.push({ fields, message });
  const log: Logger = { ...silentLogger, warn: note, info: note };
  const clock = new FakeClock();
  const callers = new WebhookCallers({
    tokenFile: "/dev/null",
    hooks: () => state.hooks,
    others: () => ({ gateway: { mode: "token", secret: "gateway's" } }),
    clock,
    log,
  });
  await callers.start();
  let answer = async (_order: WebhookOrder): Promise<WebhookReceipt> => ({
    id: "w1",
    session: "agent:main:webhook:job:agent",
    state: "accepted",
  });
  const door = new WebhookDoor(doors.router, {
    hooks: () => state.hooks,
    callers,
    desk: {
      take: (order) => {
        orders.push(order);
        return answer(order);
      },
    },
    clock,
    log,
  });
  door.follow();
  return {
    orders,
    logged,
    clock,
    router: doors.router,
    url: doors.url(),
    port: doors.port,
    configure: (next: object) => {
      state.hooks = hooksOf(next);
      door.follow();
    },
    answerWith: (next: typeof answer) => {
      answer = next;
    },
    post: async (path: string, body: unknown, headers: Record<string, string> = {}) => {
      const response = await fetch(`${doors.url()}${path}`, {
        method: "POST",
        headers: { authorization: "Bearer right", "content-type": "application/json", ...headers },
        body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
      });
      const said = (await response.json()) as { error?: { code: string; message: string } };
      return { status: response.status, said, message: said.error?.message ?? "", headers: response.headers };
    },
  };
}

function hooksOf(section: object): Config["hooks"] {
  return configSchema({}).parse({ hooks: section }).hooks;
}

describe("a webhook that is taken", () => {
  test("is answered with 202 once it is durable, with its name and its session", async () => {
    const { post, orders } = await world();
    const { status, said } = await post("/hooks/agent", { message: "Hello" });
    expect([status, said]).toEqual([
      202,
      { ok: true, id: "w1", session: "agent:main:webhook:job:agent", state: "accepted" },
    ] as never);
    expect(orders).toMatchObject([{ action: "agent", text: "Hello" }]);
  });

  test("is answered with 200 when there is nothing left to wait for", async () => {
    const { post, answerWith } = await world();
    for (const state of ["done", "failed", "kept"] as const) {
      answerWith(async () => ({ id: "w1", session: "s", state, text: "An answer" }));
      expect((await post("/hooks/wake", { text: "a" })).status).toBe(200);
    }
  });

  test("is the guide's: POST to hooks.path with wake behind it", async () => {
    const { post, orders, configure } = await world();
    expect((await post("/hooks/wake", { text: "Wake up" })).status).toBe(202);
    configure({ enabled: true, token: "right", path: "/in/bound/" });
    expect((await post("/hooks/wake", { text: "Wake up" })).status).toBe(404);
    expect((await post("/in/bound/wake", { text: "Wake up" })).status).toBe(202);
    expect(orders).toHaveLength(2);
  });

  test("carries the key of its header, else that of its body, else the delivery of whoever signs", async () => {
    const signature = { scheme: "github", secret: "s" };
    const { post, orders } = await world({
      mappings: {
        plain: {},
        gh: { signature },
        stripe: { signature: { ...signature, scheme: "stripe" } },
      },
    });
    const body = '{"id":"evt_1"}';
    const sign = (text: string) => createHmac("sha256", "s").update(text).digest("hex");
    await post("/hooks/agent", { message: "a", idempotencyKey: "in body" });
    await post(
      "/hooks/agent",
      { message: "a", idempotencyKey: "in body" },
      { "Idempotency-Key": "in header" },
    );
    await post("/hooks/plain", body, { "X-GitHub-Delivery": "anybody may say that" });
    await post("/hooks/gh", body, {
      authorization: "",
      "X-GitHub-Delivery": "d-1",
      "X-Hub-Signature-256": `sha256=${sign(body)}`,
    });
    const t = Math.floor(new FakeClock().now() / 1000);
    await post("/hooks/stripe", body, { "Stripe-Signature": `t=${t},v1=${sign(`${t}.${body}`)}` });
    expect(orders.map(({ key }) => key)).toEqual(["in body", "in header", undefined, "d-1", "evt_1"]);
  });

  test("says in the log which places of a template the body did not fill, and nothing of the body", async () => {
    const { post, logged, orders } = await world({ mappings: { ci: { message: "{{a.b}} {{c}}" } } });
    await post("/hooks/ci", { a: { b: "a private text" } });
    expect(orders).toMatchObject([{ text: "a private text ", from: "ci" }]);
    expect(logged).toContainEqual({
      message: "a webhook's body lacks what its template names",
      fields: { hook: "ci", missing: ["c"] },
    });
    expect(JSON.stringify(logged)).not.toContain("private");
  });

  test("that its address leaves alone is taken, and nobody is asked", async () => {
    const { post, orders } = await world({ mappings: { ci: { when: { state: "failed" } } } });
    expect(await post("/hooks/ci", { state: "passed" })).toMatchObject({
      status: 200,
      said: { ok: true, state: "ignored" },
    });
    expect(orders).toEqual([]);
  });
});

test("a path that somebody has already stays theirs, and the rest of the gateway goes on", async () => {
  const { post, configure, router } = await world({ path: "/elsewhere" });
  using _taken = router.add("POST", "/hooks/:any", {
    auth: "none",
    run: () => Response.json({ theirs: true }),
  });
  configure({ enabled: true, token: "right" });
  expect((await post("/hooks/wake", { text: "a" })).said).toEqual({ theirs: true } as never);
  expect((await post("/elsewhere/wake", { text: "a" })).status).toBe(404);
  configure({ enabled: true, token: "right", path: "/here" });
  expect((await post("/here/wake", { text: "a" })).status).toBe(202);
});

describe("a webhook that is refused says why", () => {
  test("when webhooks are off: there is nothing", async () => {
    const { post, configure, url } = await world();
    configure({ enabled: false, token: "right" });
    expect((await post("/hooks/wake", { text: "a" })).status).toBe(404);
    expect((await fetch(`${url}/hooks/wake`)).status).toBe(404);
    configure({ enabled: true, token: "gateway's" });
    expect((await post("/hooks/wake", { text: "a" }, { authorization: "Bearer gateway's" })).status).toBe(
      404,
    );
    configure({ enabled: true, token: "right" });
    expect((await post("/hooks/wake", { text: "a" })).status).toBe(202);
  });

  test("without its token, with the wrong one, and with the gateway's", async () => {
    const { post, orders } = await world();
    for (const authorization of ["", "Bearer wrong", "Bearer gateway's"]) {
      const { status, headers } = await post("/hooks/wake", { text: "a" }, { authorization });
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain("Bearer");
    }
    expect(orders).toEqual([]);
  });

  test("with a token in the address, even the right one", async () => {
    const { post } = await world();
    for (const name of ["token", "access_token", "Token", "secret"]) {
      const { status, message } = await post(`/hooks/wake?${name}=right`, { text: "a" });
      expect(status).toBe(400);
      expect(message).toContain("never goes into the address");
      expect(message).not.toContain("right");
    }
    expect((await post("/hooks/wake?source=ci", { text: "a" })).status).toBe(202);
  });

  test("in another way than by POST", async () => {
    const { url } = await world();
    for (const method of ["GET", "PUT", "DELETE"]) {
      const response = await fetch(`${url}/hooks/wake`, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    }
  });

  test("under an address that is none; to strangers it is the same as any", async () => {
    const { post } = await world({ mappings: { deploys: {}, hidden: { enabled: false } } });
    expect((await post("/hooks/deploy", {})).message).toContain("Did you mean deploys?");
    expect((await post("/hooks/constructor", {})).status).toBe(404);
    const { status, message } = await post("/hooks/hidden", {});
    expect([status, message.includes("There are wake, agent, deploys.")]).toEqual([404, true]);
    expect((await post("/hooks/hidden", {}, { authorization: "" })).status).toBe(401);
  });

  test("when it is a tower that would fill the memory once it is written out", async () => {
    const { post, orders } = await world({ mappings: { deploys: {} } });
    const tower = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
    for (const levels of [51, 1000, 40_000]) {
      const { status, message } = await post("/hooks/deploys", tower(levels));
      expect([status, message]).toEqual([400, "The body is nested more than 50 levels deep."]);
    }
    expect((await post("/hooks/deploys", tower(50))).status).toBe(202);
    expect(orders).toHaveLength(1);
  });

  test("when it is no JSON, or says so", async () => {
    const { post } = await world();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", ""]) {
      const { status, message } = await post("/hooks/wake", '{"text":"a"}', { "content-type": type });
      expect([status, message.includes("Content-Type: application/json")]).toEqual([415, true]);
    }
    for (const body of ["", "{", "nothing", '"text"', "7", "null", new Uint8Array([0x7b, 0xff, 0x7d])]) {
      expect((await post("/hooks/wake", body)).status).toBe(400);
    }
    const json = { "content-type": "application/vnd.thing+json; charset=utf-8" };
    expect((await post("/hooks/wake", { text: "a" }, json)).status).toBe(202);
  });

  test("when it is longer than 256 KiB", async () => {
    const { post } = await world();
    const body = (length: number) => JSON.stringify({ message: "a" }).padEnd(length);
    expect((await post("/hooks/agent", body(256 * 1024))).status).toBe(202);
    expect((await post("/hooks/agent", body(256 * 1024 + 1))).status).toBe(413);
  });

  test("when its body does not come", async () => {
    const { port, clock } = await world();
    const socket = connect(port, "127.0.0.1");
    const answer = new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
    socket.write(
      "POST /hooks/wake HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer right\r\n" +
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    while (clock.sleeping === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(30_000);
    expect(await answer).toStartWith("HTTP/1.1 408");
    socket.destroy();
  });

  test("when its signature is missing, wrong, or was made for another body", async () => {
    const { post, orders } = await world({
      mappings: { gh: { signature: { scheme: "github", secret: "s" } } },
    });
    const right = `sha256=${createHmac("sha256", "s").update("{ }").digest("hex")}`;
    const sent = async (body: string, signature?: string) =>
      (await post("/hooks/gh", body, signature === undefined ? {} : { "X-Hub-Signature-256": signature }))
        .status;
    expect(await sent("{ }")).toBe(401);
    expect(await sent("{}", right)).toBe(401);
    expect(await sent("{ }", right.replace(/.$/, "x"))).toBe(401);
    expect(orders).toEqual([]);
    expect(await sent("{ }", right)).toBe(202);
  });

  test("when it comes too often, with the time after which it may come again", async () => {
    const { post, clock } = await world({ rateLimit: { perMinute: 60, burst: 1 } });
    expect((await post("/hooks/wake", { text: "a" })).status).toBe(202);
    const { status, headers } = await post("/hooks/wake", { text: "a" });
    expect([status, headers.get("retry-after")]).toEqual([429, "1"]);
    clock.jump(1000);
    expect((await post("/hooks/wake", { text: "a" })).status).toBe(202);
  });

  test("when the gateway is full or cannot write, with the time after which it may come again", async () => {
    const { post, answerWith } = await world();
    answerWith(() =>
      Promise.reject(new RequestError("BUSY", "Too much waits.", { retry: { afterMs: 5000 } })),
    );
    const full = await post("/hooks/wake", { text: "a" });
    expect([full.status, full.headers.get("retry-after")]).toEqual([503, "5"]);
    answerWith(() => Promise.reject(new StoreError("full", "the disk is full")));
    const broken = await post("/hooks/wake", { text: "a" });
    expect([broken.status, broken.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(broken.message).not.toContain("disk");
  });
});
