import { expect, test } from "bun:test";
import { join } from "node:path";
import { ensureTelegramPython } from "../../../../scripts/find-telegram-python.mjs";
import { converse, type StartClient } from "./conversation.ts";

const LONG_MS = 60_000;

test(
  "telegraf gets along with the stand-in: receives, answers, edits, moves files, and hears of buttons",
  () => converse(startProgram(["node", join(import.meta.dir, "telegraf-client.mjs")])),
  LONG_MS,
);

test(
  "python-telegram-bot gets along with the stand-in: receives, answers, edits, moves files, hears of buttons",
  () => {
    const script = join(import.meta.dir, "python_client.py");
    return converse(startProgram([ensureTelegramPython(), "-W", "ignore", script]));
  },
  LONG_MS,
);

/** A client that is a program of its own: it says a line once it listens, and ends when nobody talks to it any more. */
function startProgram(command: readonly string[]): StartClient {
  return async (telegram, { token }) => {
    const child = Bun.spawn([...command, telegram.url, token], {
      env: { PATH: process.env["PATH"] ?? "", PYTHONDONTWRITEBYTECODE: "1" },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    await child.stdout.getReader().read();
    return async () => {
      await child.stdin.end();
      const code = await child.exited;
      expect(code, await new Response(child.stderr).text()).toBe(0);
    };
  };
}
