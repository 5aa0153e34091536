import { expect, test } from "bun:test";
import { z } from "zod";
import { NameTakenError } from "../../src/core/errors.ts";
import { anyParams, type MethodCall, MethodTable } from "../../src/ws/methods.ts";
import { caught } from "./caught.ts";

const callBy = (kind: "admin" | "browser"): MethodCall => ({
  principal: { kind },
  client: {
    isFollowing: () => false,
    follow: () => ({ resumed: false, epoch: "e", seq: 0 }),
    unfollow: () => {},
  },
  holdUntilAnswered: () => {},
});
const admin = callBy("admin");

test("methods come and go while the table is in use", async () => {
  const methods = new MethodTable();
  const echo = methods.register("echo", { access: "admin", params: anyParams, run: (params) => params });
  expect(await methods.call("echo", { a: 1 }, admin)).toEqual({ a: 1 });
  echo[Symbol.dispose]();
  expect(await caught(methods.call("echo", {}, admin))).toMatchObject({ code: "UNKNOWN_METHOD" });
  expect(methods.names).toEqual([]);
});

test("a name is taken once, and a stale disposal does not take it from the next owner", async () => {
  const methods = new MethodTable();
  const method = { access: "admin", params: anyParams, run: () => 1 } as const;
  const first = methods.register("x", method);
  expect(() => methods.register("x", method)).toThrow(NameTakenError);
  expect(() => methods.register("connect", method)).toThrow(NameTakenError);
  first[Symbol.dispose]();
  methods.register("x", method);
  first[Symbol.dispose]();
  expect(await methods.call("x", {}, admin)).toBe(1);
});

test("an unknown method is answered with the nearest one, or with all there are", async () => {
  const methods = new MethodTable();
  methods.register("session.list", { access: "admin", params: anyParams, run: () => 1 });
  expect(await caught(methods.call("sesion.list", {}, admin))).toMatchObject({
    message: expect.stringContaining("Did you mean session.list?"),
  });
  expect(await caught(methods.call("zzzzzzzz", {}, admin))).toMatchObject({
    message: expect.stringContaining("There are: session.list."),
  });
  expect(await caught(methods.call("__proto__", {}, admin))).toMatchObject({ code: "UNKNOWN_METHOD" });
});

test("wrong parameters are named, with what was expected", async () => {
  const methods = new MethodTable();
  const params = z.object({ limit: z.int().min(1), deep: z.object({ on: z.boolean() }).optional() });
  methods.register("x", { access: "admin", params, run: () => 1 });
  expect(await caught(methods.call("x", { limit: "3" }, admin))).toMatchObject({
    code: "BAD_REQUEST",
    message: "x: limit: expected number, received string",
  });
  expect(await caught(methods.call("x", { limit: 1, deep: { on: 1 } }, admin))).toMatchObject({
    message: expect.stringContaining("x: deep.on: expected boolean"),
  });
  expect(await caught(methods.call("x", undefined, admin))).toMatchObject({
    message: expect.stringContaining("x: limit:"),
  });
});

test("a client that may only chat cannot call what is not for it", async () => {
  const methods = new MethodTable();
  let runs = 0;
  methods.register("kill", { access: "admin", params: anyParams, run: () => (runs += 1) });
  methods.register("say", { access: "browser", params: anyParams, run: () => "said" });
  expect(await caught(methods.call("kill", {}, callBy("browser")))).toMatchObject({ code: "FORBIDDEN" });
  expect(await methods.call("say", {}, callBy("browser"))).toBe("said");
  expect(runs).toBe(0);
});
