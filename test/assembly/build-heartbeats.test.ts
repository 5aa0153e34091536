import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasSomethingToDo } from "../../src/assembly/build-heartbeats.ts";

const folder = mkdtempSync(join(tmpdir(), "heartbeat-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "HEARTBEAT.md");

test("a list with nothing but headings, empty lines, empty items and remarks says that there is nothing to do", async () => {
  for (const text of ["", "\n\n", "# Heartbeat\n\n## Daily\n- \n- [ ]\n", "<!-- write\nhere -->\n# List"]) {
    writeFileSync(file, text);
    expect(await hasSomethingToDo(file)).toBe(false);
  }
});

test("a list with something on it, and no list at all, are looked after", async () => {
  for (const text of ["# Heartbeat\n- look at the mail", "Look at the mail", "- [ ] pay"]) {
    writeFileSync(file, text);
    expect(await hasSomethingToDo(file)).toBe(true);
  }
  expect(await hasSomethingToDo(join(folder, "none.md"))).toBe(true);
});
