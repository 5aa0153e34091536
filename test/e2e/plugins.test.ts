import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { RequestError } from "../../src/core/errors.ts";
import type { Fields, Logger } from "../../src/lib/logger.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { GatewayPluginApi, Plugin } from "../../src/plugins/types.ts";
import { caught } from "../ws/caught.ts";
import { PluginWorld } from "../fakes/plugin-world.ts";
import printedSample from "../guide/sample-plugin.ts";

setDefaultTimeout(60_000);

/** It is written against the types that the package publishes, which are the same in another file. */
const samplePlugin = printedSample as unknown as Plugin;

describe("what a plugin adds works in the running gateway", () => {
  let world: PluginWorld;
  let api: GatewayPluginApi;
  const errors: Fields[] = [];
  const log: Logger = { ...silentLogger, child: () => log, error: (fields) => void errors.push(fields) };

  beforeAll(async () => {
    world = await PluginWorld.open(
      (given) => {
        api = given;
        return samplePlugin(given);
      },
      { log },
    );
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test("the guide's route answers, to those who have the gateway's credential", async () => {
    const response = await world.fetch("/my-endpoint");
    expect([response.status, await response.json()]).toEqual([200, { status: "ok" }]);
    expect((await fetch(`${world.url}/my-endpoint`)).status).toBe(401);
  });

  test("the guide's method answers over the socket", async () => {
    expect(await world.alice.call<object>("my.rpc")).toEqual({ result: "ok" });
  });

  test("the guide's command answers in the chat", async () => {
    const { messageId } = await world.alice.send("agent:main:webchat:dm:alice", "/mycommand");
    expect(await world.alice.end(messageId)).toMatchObject({ state: "final", text: "Command executed!" });
  });

  test("a channel with a menu is told the commands, and again when they change; a taken name is refused", async () => {
    let menu: readonly string[] = [];
    let changed = Promise.withResolvers<void>();
    const seen = async (isRight: () => boolean) => {
      while (!isRight()) await changed.promise;
    };
    using _channel = api.registerChannel({
      name: "menued",
      capabilities: {
        text: { limit: 100 },
        pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
        nonceWindowMs: 0,
      },
      start: async () => {},
      stop: async () => {},
      send: async (to) => ({ address: to, id: "1" }),
      setCommands: async (commands) => {
        menu = commands.map(({ name }) => name);
        changed.resolve();
        changed = Promise.withResolvers();
      },
    });
    await seen(() => menu.includes("new") && menu.includes("mycommand") && !menu.includes("later"));
    const later = api.registerCommand("later", async ({ reply }) => reply("Later."));
    await seen(() => menu.includes("later"));
    later[Symbol.dispose]();
    await seen(() => !menu.includes("later"));
    expect(() => api.registerCommand("new", async () => {})).toThrow("already registered by pi-gateway");
  });

  test("a route that says so is open to everybody, also with a secret in its address", async () => {
    using _route = api.registerHttpRoute(
      "POST",
      "/incoming/:who",
      async (req, res) =>
        res.status(202).json({ who: req.params["who"], body: req.body, token: req.query["token"] }),
      { auth: "none" },
    );
    const response = await fetch(`${world.url}/incoming/a%20b?token=t`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"x":1}',
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ who: "a b", body: { x: 1 }, token: "t" });
  });

  test("a route is gone once it is taken back, and can be added again", async () => {
    for (const text of ["first", "second"]) {
      const route = api.registerHttpRoute("GET", "/short", () => new Response(text));
      expect(await (await world.fetch("/short")).text()).toBe(text);
      route[Symbol.dispose]();
      expect((await world.fetch("/short")).status).toBe(404);
    }
  });

  test("a handler that fails is a 500 with a reference, whose log line names the plugin; the next request is served", async () => {
    using _route = api.registerHttpRoute("GET", "/broken", () => {
      throw new Error("boom in the handler");
    });
    const response = await world.fetch("/broken");
    const { error } = (await response.json()) as { error: { ref: string; message: string } };
    expect(response.status).toBe(500);
    expect(error.message).not.toContain("boom");
    const logged = errors.find((fields) => fields["ref"] === error.ref)?.["err"] as Error;
    expect(logged.message).toBe("the plugin test failed in GET /broken");
    expect((logged.cause as Error).message).toBe("boom in the handler");
    expect((await world.fetch("/my-endpoint")).status).toBe(200);
  });

  test("a handler that never answers is given up, and a body over the limit is refused", async () => {
    using _slow = api.registerHttpRoute("GET", "/never", () => new Promise<void>(() => {}), {
      timeoutMs: 20,
    });
    expect((await world.fetch("/never")).status).toBe(503);
    using _small = api.registerHttpRoute("POST", "/small", (_req, res) => res.end(), { maxBodyBytes: 10 });
    expect((await world.fetch("/small", { method: "POST", body: "x".repeat(11) })).status).toBe(413);
    expect((await world.fetch("/small", { method: "POST", body: "x" })).status).toBe(200);
  });

  test.each([
    ["GET", "/health"],
    ["GET", "/api/session/:any"],
    ["GET", "/api/session/one"],
    ["GET", "/"],
    ["GET", "/ws"],
  ] as const)("%s %s is the gateway's own", (method, path) => {
    expect(() => api.registerHttpRoute(method, path, () => {})).toThrow("already registered by pi-gateway");
  });

  test("so are its methods", () => {
    for (const name of ["session.list", "chat.send", "connect"]) {
      expect(() => api.registerGatewayMethod(name, () => 1)).toThrow("already registered by pi-gateway");
    }
  });

  test("a method that fails tells its caller no more than a reference, unless it says so itself", async () => {
    using _broken = api.registerGatewayMethod("my.broken", () => {
      throw new Error("boom");
    });
    using _refusing = api.registerGatewayMethod("my.refusing", () => {
      throw new RequestError("FORBIDDEN", "Not for you.");
    });
    expect((await caught(world.alice.call("my.broken"))).message).toMatch(/INTERNAL: .*ref/);
    expect((await caught(world.alice.call("my.refusing"))).message).toMatch("FORBIDDEN: Not for you.");
    const empty = api.registerGatewayMethod("my.nothing", () => {});
    expect(await world.alice.call<object>("my.nothing")).toEqual({});
    empty[Symbol.dispose]();
    expect((await caught(world.alice.call("my.nothing"))).message).toMatch("UNKNOWN_METHOD");
  });

  test("a service added while the gateway runs is started, and stopped when it is taken back", async () => {
    const told: string[] = [];
    const service = api.registerService({
      name: "late",
      start: () => void told.push("start"),
      stop: () => void told.push("stop"),
    });
    expect(told).toEqual(["start"]);
    service[Symbol.dispose]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(["start", "stop"]);
  });

  test("small values outlive what wrote them", async () => {
    await api.state.set("since", "42");
    expect(await api.state.get("since")).toBe("42");
  });
});
