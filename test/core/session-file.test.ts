import { expect, test } from "bun:test";
import { newSessionFile } from "../../src/core/session-file.ts";
import type { SessionKey } from "../../src/core/session-key.ts";

test("a transcript has a name that people recognise and every file system takes, never used before", () => {
  const key = `agent:main:feishu:dm:${"世/..\\:".repeat(100)}` as SessionKey;
  const file = newSessionFile("/sessions", key);
  expect(file).toMatch(/^\/sessions\/agent-main-feishu-dm-[\w.-]+\.jsonl$/);
  expect(file.length).toBeLessThan(200);
  expect(newSessionFile("/sessions", key)).not.toBe(file);
});
