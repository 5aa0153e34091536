import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRunning } from "../../src/cli/running-gateway.ts";
import { stateLayout, type StateLayout } from "../../src/core/state-dir.ts";

let layout: StateLayout;
let server: Bun.Server<undefined>;
let asked: { readonly path: string; readonly authorization: string | null }[];

beforeEach(async () => {
  layout = stateLayout(await mkdtemp(join(tmpdir(), "running-")));
  asked = [];
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      asked.push({ path: pathname + search, authorization: request.headers.get("authorization") });
      return Response.json({ status: "ok", version: "9.9.9" });
    },
  });
});

afterEach(async () => {
  await server.stop(true);
  await rm(layout.root, { recursive: true, force: true });
});

const announce = (pid: number, url: string) =>
  writeFile(layout.runFile, JSON.stringify({ pid, url, version: "9.9.9", startedAtMs: 1 }));

const baseUrl = () => `http://127.0.0.1:${server.port}`;

test("a gateway that announced itself and answers is found", async () => {
  await announce(process.pid, baseUrl());
  const running = await findRunning(layout);
  expect(running).toMatchObject({ run: { pid: process.pid, url: baseUrl() }, health: { status: "ok" } });
  expect(asked).toEqual([{ path: "/health", authorization: null }]);
});

test("who has the credential learns everything", async () => {
  await announce(process.pid, baseUrl());
  await findRunning(layout, "secret-token");
  expect(asked).toEqual([{ path: "/health?detail=1", authorization: "Bearer secret-token" }]);
});

test("what a crash left behind is not a running gateway", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  await announce(child.pid, baseUrl());
  expect(await findRunning(layout)).toBeUndefined();
  expect(asked).toEqual([]);
});

test("a process that got the number of a dead gateway, and does not listen, is not one", async () => {
  await announce(process.pid, "http://127.0.0.1:9");
  expect(await findRunning(layout)).toBeUndefined();
});

test("no file, or half of one, means that none runs", async () => {
  expect(await findRunning(layout)).toBeUndefined();
  await writeFile(layout.runFile, '{"pid": 12');
  expect(await findRunning(layout)).toBeUndefined();
  await writeFile(layout.runFile, '{"pid": "12"}');
  expect(await findRunning(layout)).toBeUndefined();
});
