import { expect, test } from "bun:test";
import { join } from "node:path";
import { converse, type StartClient } from "./conversation.ts";

const LONG_MS = 60_000;
const CLIENT = join(import.meta.dir, "lark-client.mjs");

test(
  "the platform's own library gets along with the stand-in under Node over the long connection, in whole frames",
  () => converse(startConnected("node")),
  LONG_MS,
);

test(
  "the platform's own library gets along with the stand-in under Bun over the long connection, in frames that come shuffled",
  () =>
    converse(startConnected(process.execPath), (_, app) => {
      app.fragmentation = { bytes: 64, order: "shuffled" };
    }),
  LONG_MS,
);

test(
  "the platform's own library gets along with the stand-in over a webhook, as it is and encrypted",
  async () => {
    await converse(startWebhook(""));
    await converse(startWebhook("secret key"));
  },
  LONG_MS,
);

function startConnected(runtime: string): StartClient {
  return async (feishu, app) => {
    const client = startProgram([runtime, CLIENT, feishu.url, app.appId, app.appSecret, "", "connection"]);
    await client.line();
    await feishu.untilConnected(app);
    return client.stop;
  };
}

function startWebhook(encryptKey: string): StartClient {
  return async (feishu, app) => {
    const client = startProgram([
      "node",
      CLIENT,
      feishu.url,
      app.appId,
      app.appSecret,
      encryptKey,
      "webhook",
    ]);
    const url = await client.line();
    app.webhook = { url, ...(encryptKey === "" ? {} : { encryptKey }) };
    expect(await feishu.webhooks.verify(app)).toBe(true);
    return client.stop;
  };
}

/** A client that is a program of its own: it says a line once it listens, and ends when nobody talks to it any more. */
function startProgram(command: readonly string[]) {
  const child = Bun.spawn([...command], {
    env: { PATH: process.env["PATH"] ?? "" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  return {
    line: async (): Promise<string> => {
      const { value } = await child.stdout.getReader().read();
      return new TextDecoder().decode(value).trim();
    },
    stop: async (): Promise<void> => {
      await child.stdin.end();
      const code = await child.exited;
      const said = await new Response(child.stderr).text();
      expect([code, said]).toEqual([0, ""]);
    },
  };
}
