import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTranscriptUsage } from "../../src/core/transcript-usage.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "usage-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let id = 0;
const line = (entry: object) => JSON.stringify({ id: `e${(id += 1)}`, ...entry });
const says = (facts: object) =>
  line({ type: "message", message: { role: "assistant", content: [], stopReason: "stop", ...facts } });
const usage = (input: number, output: number, total: number) => ({
  usage: { input, output, cost: { total } },
});

function transcript(...lines: string[]): string {
  const file = join(folder, "t.jsonl");
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

test("a transcript that is not there yet has cost nothing", async () => {
  expect(await readTranscriptUsage(join(folder, "none.jsonl"))).toEqual({
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
    contextTokens: 0,
  });
});

test("all answers count, the last one says what answers and how full the context is", async () => {
  const file = transcript(
    says({ ...usage(10, 5, 0.25), provider: "a", model: "one" }),
    line({ type: "message", message: { role: "user", content: "more" } }),
    says({ ...usage(20, 7, 0.5), provider: "b", model: "two" }),
    says({ ...usage(1, 0, 0), provider: "b", model: "two", stopReason: "error" }),
  );
  expect(await readTranscriptUsage(file)).toEqual({
    usage: { inputTokens: 31, outputTokens: 12, costUsd: 0.75 },
    contextTokens: 27,
    model: "b/two",
  });
});

test("after a compaction the context is not known until the next answer; what was paid stays paid", async () => {
  const first = says(usage(10, 5, 0.25));
  const compaction = line({ type: "compaction", summary: "…" });
  expect(await readTranscriptUsage(transcript(first, compaction))).toMatchObject({
    usage: { inputTokens: 10 },
    contextTokens: 0,
  });
  expect(await readTranscriptUsage(transcript(first, compaction, says(usage(3, 1, 0))))).toMatchObject({
    contextTokens: 4,
  });
});
