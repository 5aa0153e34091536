import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authFrame, pageLink, readCredential, secretOf } from "../../src/cli/credential.ts";
import { stateLayout, type StateLayout } from "../../src/core/state-dir.ts";
import { loadConfig } from "../../src/core/config.ts";

let layout: StateLayout;

beforeEach(async () => {
  layout = stateLayout(await mkdtemp(join(tmpdir(), "credential-")));
});

afterEach(() => rm(layout.root, { recursive: true, force: true }));

function configured(auth: Readonly<Record<string, string>>) {
  const flags = Object.entries(auth).map(([key, value]) => ({
    path: ["gateway", "auth", key],
    value,
    name: "-",
  }));
  return loadConfig({ env: {}, home: "/home/ann", cwd: "/home/ann", channels: {}, flags }).config;
}

test("the generated token is read where the gateway keeps it; before its first start there is none", async () => {
  expect(await readCredential(configured({}), layout)).toBeUndefined();
  await writeFile(layout.token, "made-by-the-gateway\n");
  expect(secretOf(await readCredential(configured({}), layout))).toBe("made-by-the-gateway");
});

test("a configured credential comes before a generated one", async () => {
  await writeFile(layout.token, "made-by-the-gateway\n");
  const token = await readCredential(configured({ token: "my-own" }), layout);
  expect(authFrame(token)).toEqual({ token: "my-own" });
  const password = await readCredential(configured({ mode: "password", password: "sesame" }), layout);
  expect(authFrame(password)).toEqual({ password: "sesame" });
});

test("where nothing is asked for, nothing is shown", async () => {
  const off = await readCredential(configured({ mode: "off" }), layout);
  expect(authFrame(off)).toBeUndefined();
  expect(secretOf(off)).toBeUndefined();
});

test("only a token goes into a link, and only behind the #", () => {
  const url = "http://127.0.0.1:52134";
  expect(pageLink(url, { mode: "token", secret: "a b" })).toBe("http://localhost:52134/#token=a%20b");
  expect(pageLink(url, { mode: "password", secret: "sesame" })).toBe("http://localhost:52134/");
  expect(pageLink(url, undefined)).toBe("http://localhost:52134/");
});
