import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DownloadCache } from "../../src/pipeline/download-cache.ts";
import { FakeClock } from "../fakes/fake-clock.ts";

const NEVER = new AbortController().signal;

function open() {
  const folder = mkdtempSync(join(tmpdir(), "cache-"));
  const clock = new FakeClock();
  const loads: string[] = [];
  const load = (content: string) => async () => {
    loads.push(content);
    return new TextEncoder().encode(content);
  };
  const cache = new DownloadCache({ folder, clock });
  return { folder, clock, loads, load, cache, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test("what a key names is fetched once, also by another gateway on the same folder", async () => {
  using kept = open();
  const first = await kept.cache.file("a", NEVER, kept.load("content"));
  expect(readFileSync(first.path, "utf8")).toBe("content");
  expect(await kept.cache.file("a", NEVER, kept.load("other"))).toEqual(first);
  const again = new DownloadCache(kept);
  expect(await again.file("a", NEVER, kept.load("other"))).toEqual(first);
  expect(kept.loads).toEqual(["content"]);
});

test("the same content under two names is on the disk once, and only for us to read", async () => {
  using kept = open();
  const one = await kept.cache.file("a", NEVER, kept.load("content"));
  const other = await kept.cache.file("b", NEVER, kept.load("content"));
  const nameless = await kept.cache.file(undefined, NEVER, kept.load("content"));
  expect([other.path, nameless.path]).toEqual([one.path, one.path]);
  for (const name of readdirSync(kept.folder)) {
    expect(statSync(join(kept.folder, name)).mode & 0o777).toBe(0o600);
    expect(name).not.toStartWith(".");
  }
});

test("whoever asks while it comes waits for it", async () => {
  using kept = open();
  const all = Array.from({ length: 5 }, () => kept.cache.file("a", NEVER, kept.load("content")));
  expect(new Set((await Promise.all(all)).map(({ path }) => path)).size).toBe(1);
  expect(kept.loads).toHaveLength(1);
});

test("a failure is not kept", async () => {
  using kept = open();
  const failing = kept.cache.file("a", NEVER, () => Promise.reject(new Error("gone")));
  expect(await failing.catch((error: unknown) => error)).toEqual(new Error("gone"));
  await kept.cache.file("a", NEVER, kept.load("content"));
  expect(kept.loads).toEqual(["content"]);
});

test("what was let go of, cut short or spoilt is fetched anew", async () => {
  using kept = open();
  const { path } = await kept.cache.file("a", NEVER, kept.load("content"));
  for (const spoil of [
    () => rmSync(path),
    () => writeFileSync(path, ""),
    () => writeFileSync(path, "cont"),
  ]) {
    spoil();
    await kept.cache.file("a", NEVER, kept.load("content"));
    expect(readFileSync(path, "utf8")).toBe("content");
  }
  const note = join(kept.folder, readdirSync(kept.folder).find((name) => name.endsWith(".note")) ?? "");
  for (const left of ["", "{", "[]", '["../../etc/passwd", 3]', '"text"', "null"]) {
    writeFileSync(note, left);
    expect((await kept.cache.file("a", NEVER, kept.load("content"))).path).toBe(path);
  }
  expect(kept.loads).toHaveLength(1 + 3 + 6);
});

test("a folder that somebody has taken away is made again", async () => {
  using kept = open();
  rmSync(kept.folder, { recursive: true });
  const { path } = await kept.cache.file("a", NEVER, kept.load("content"));
  expect(readFileSync(path, "utf8")).toBe("content");
});

test("what is needed again is young again", async () => {
  using kept = open();
  const { path } = await kept.cache.file("a", NEVER, kept.load("content"));
  for (const name of readdirSync(kept.folder)) utimesSync(join(kept.folder, name), 1, 1);
  await kept.cache.file("a", NEVER, kept.load("content"));
  for (const name of readdirSync(kept.folder)) {
    expect(statSync(join(kept.folder, name)).mtimeMs).toBe(kept.clock.now());
  }
  utimesSync(path, 1, 1);
  await kept.cache.file("b", NEVER, kept.load("content"));
  expect(statSync(path).mtimeMs).toBe(kept.clock.now());
});

test("a text that was found out once is known, an empty one too, and one that was not found is asked for again", async () => {
  using kept = open();
  let asked = 0;
  const find = (text: string | undefined) => async () => {
    asked += 1;
    return text;
  };
  expect(await kept.cache.text("a", find(undefined))).toBeUndefined();
  expect(await kept.cache.text("a", find("said"))).toBe("said");
  expect(await kept.cache.text("a", find("other"))).toBe("said");
  expect(await kept.cache.text("b", find(""))).toBe("");
  expect(await kept.cache.text("b", find("other"))).toBe("");
  expect(asked).toBe(3);
});
