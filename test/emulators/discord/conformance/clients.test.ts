import { expect, test } from "bun:test";
import { join } from "node:path";
import { ensureDiscordPython } from "../../../../scripts/find-discord-python.mjs";
import { converse, type StartClient } from "./conversation.ts";

const LONG_MS = 60_000;
const KNOWS =
  "receives, answers, edits, reacts, types, moves files, opens threads, hears of buttons and commands, and resumes";
const here = (name: string) => join(import.meta.dir, name);

test(
  `discord.js gets along with the stand-in: ${KNOWS}`,
  () => converse(startProgram(["node", here("discordjs-client.mjs")])),
  LONG_MS,
);

test(
  `discord.js on Bun gets along with the stand-in: ${KNOWS}`,
  () => converse(startProgram([process.execPath, here("discordjs-client.mjs")])),
  LONG_MS,
);

test(
  `oceanic.js gets along with the stand-in: ${KNOWS}`,
  () => converse(startProgram(["node", here("oceanic-client.mjs")])),
  LONG_MS,
);

test(
  `oceanic.js gets along with the stand-in when all is compressed: ${KNOWS}`,
  () => converse(startProgram(["node", here("oceanic-client.mjs")], () => ["compressed"])),
  LONG_MS,
);

test(
  `discord.py gets along with the stand-in: ${KNOWS}`,
  () => {
    const command = [ensureDiscordPython(), "-W", "ignore", here("python_client.py")];
    return converse(startProgram(command, ({ gateway }) => [gateway.url]));
  },
  LONG_MS,
);

/** A client that is a program of its own: it says a line once it listens, and ends when nobody talks to it any more. */
function startProgram(
  command: readonly string[],
  more: (discord: Parameters<StartClient>[0]) => readonly string[] = () => [],
): StartClient {
  return async (discord, { token }) => {
    const child = Bun.spawn([...command, discord.url, token, ...more(discord)], {
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
