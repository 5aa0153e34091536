import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entriesAfter, lastEntryId, mendTranscript } from "../../src/core/pi-transcript.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "transcript-"));
  file = join(folder, "a.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const HEADER = '{"type":"session","version":3,"id":"head","cwd":"/"}';
const entry = (id: string, role: string, text: string, more: object = {}) =>
  JSON.stringify({ type: "message", id, message: { role, content: [{ type: "text", text }], ...more } });
const write = (...lines: string[]) => Bun.write(file, lines.map((line) => `${line}\n`).join(""));

test("a transcript that is not there is empty", async () => {
  expect(await lastEntryId(file)).toBeUndefined();
  expect(await entriesAfter(file, undefined)).toEqual([]);
  expect(await entriesAfter(file, "e1")).toEqual([]);
  await mendTranscript(file, "/");
  expect(await Bun.file(file).exists()).toBe(false);
});

test("only what stands behind the position counts, by entry and not by text", async () => {
  await write(
    HEADER,
    entry("e1", "user", "yes"),
    entry("e2", "assistant", "done", { stopReason: "stop" }),
    entry("e3", "user", "yes"),
  );
  expect(await lastEntryId(file)).toBe("e3");
  expect(await entriesAfter(file, "e2")).toEqual([{ id: "e3", role: "user", text: "yes" }]);
  expect(await entriesAfter(file, "e3")).toEqual([]);
  expect((await entriesAfter(file, undefined)).map(({ id }) => id)).toEqual(["e1", "e2", "e3"]);
});

test("a position that the file does not know has nothing behind it", async () => {
  await write(HEADER, entry("e1", "user", "yes"));
  expect(await entriesAfter(file, "from-another-file")).toEqual([]);
});

test("entries that are no messages move the position and are no messages", async () => {
  await write(
    HEADER,
    entry("e1", "user", "hi"),
    entry("e2", "toolResult", "out"),
    entry("e3", "system", "be nice"),
    '{"type":"compaction","id":"e4","summary":"…"}',
    '{"type":"custom_message","id":"e5","content":"x"}',
  );
  expect(await lastEntryId(file)).toBe("e5");
  expect((await entriesAfter(file, undefined)).map(({ role }) => role)).toEqual(["user", "tool"]);
});

test.each([100, 16_000, 17_000, 70_000])(
  "an entry of %d characters is found as the last one",
  async (length) => {
    await write(HEADER, entry("e1", "user", "hi"), entry("e2", "assistant", "é".repeat(length / 2)));
    expect(await lastEntryId(file)).toBe("e2");
  },
);

test("a half-written last line is not there", async () => {
  await write(HEADER, entry("e1", "user", "hi"));
  const whole = await Bun.file(file).text();
  const next = entry("e2", "assistant", "漢字", { stopReason: "stop" });
  for (let cut = 1; cut < next.length; cut += 7) {
    await Bun.write(file, whole + next.slice(0, cut));
    expect(await lastEntryId(file)).toBe("e1");
    expect(await entriesAfter(file, undefined)).toHaveLength(1);
  }
});

test("a half-written line is ended once, so that the next entry has a line of its own", async () => {
  await write(HEADER, entry("e1", "user", "hi"));
  const whole = await Bun.file(file).text();
  await Bun.write(file, `${whole}{"half`);
  await mendTranscript(file, "/");
  await mendTranscript(file, "/");
  expect(await Bun.file(file).text()).toBe(`${whole}{"half\n`);
  await Bun.write(file, whole);
  await mendTranscript(file, "/");
  expect(await Bun.file(file).text()).toBe(whole);
});

test("a conversation moves with the workspace, and keeps every word", async () => {
  const lines = [entry("e1", "user", "hi"), entry("e2", "assistant", "漢字", { stopReason: "stop" })];
  await write(HEADER, ...lines);
  await mendTranscript(file, "/new/place");
  const [header, ...rest] = (await Bun.file(file).text()).trimEnd().split("\n");
  expect(JSON.parse(header!)).toEqual({ ...JSON.parse(HEADER), cwd: "/new/place" });
  expect(rest).toEqual(lines);
  await Bun.write(file, "no header\n");
  await mendTranscript(file, "/new/place");
  expect(await Bun.file(file).text()).toBe("no header\n");
});

test("long lines and long files are read from their end, across every border of a block", async () => {
  const lines = [HEADER];
  for (let at = 0; at < 60; at += 1) lines.push(entry(`e${at}`, "user", `${at} ${"漢".repeat(at * 700)}`));
  await write(...lines);
  expect(await lastEntryId(file)).toBe("e59");
  const behind = await entriesAfter(file, "e19");
  expect(behind.map(({ id }) => id)).toEqual(Array.from({ length: 40 }, (_, at) => `e${at + 20}`));
  expect(behind.at(-1)?.text).toBe(`59 ${"漢".repeat(59 * 700)}`);
});
