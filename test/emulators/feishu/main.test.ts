import { expect, test } from "bun:test";
import { join } from "node:path";
import { Client, EventDispatcher, LoggerLevel, WSClient } from "@larksuiteoapi/node-sdk";
import { z } from "zod";

const ADDRESS = z.object({ url: z.string(), control: z.string() });
const ANSWER = z.object({ ok: z.boolean(), result: z.unknown(), error: z.string().optional() });
const APP = z.object({ appId: z.string(), appSecret: z.string(), openId: z.string() });

test("as a program of its own it says where it is, and lets a test in another process act as a person", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts")], { stdout: "pipe" });
  let ws: WSClient | undefined;
  try {
    const { value } = await child.stdout.getReader().read();
    const { url, control } = ADDRESS.parse(JSON.parse(new TextDecoder().decode(value)));
    const ask = async (request: object): Promise<unknown> => {
      const response = await fetch(control, { method: "POST", body: JSON.stringify(request) });
      const answer = ANSWER.parse(await response.json());
      if (!answer.ok) throw new Error(answer.error);
      return answer.result;
    };
    const untilAsked = async (request: object, isDone: (result: unknown) => boolean): Promise<void> => {
      while (!isDone(await ask(request))) await Bun.sleep(5);
    };

    const { appId, appSecret } = APP.parse(await ask({ do: "addApp", name: "Bot" }));
    await ask({ do: "addPerson", name: "Anna" });
    const settings = { appId, appSecret, domain: url, loggerLevel: LoggerLevel.fatal, logger: SILENT };
    const client = new Client(settings);
    const heard: { message?: { content?: string } }[] = [];
    ws = new WSClient({ ...settings, autoReconnect: false });
    await ws.start({
      eventDispatcher: new EventDispatcher({ logger: SILENT }).register({
        "im.message.receive_v1": async (event) => void heard.push(event),
        "card.action.trigger": async () => ({ toast: { type: "info", content: "noted" } }),
      }),
    });
    await untilAsked({ do: "connections", app: appId }, (count) => count === 1);

    const place = { person: "Anna", app: appId };
    const { chat } = z.object({ chat: z.string() }).parse(await ask({ do: "open", ...place }));
    await ask({ do: "say", ...place, text: "hello" });
    await ask({ do: "upload", ...place, kind: "file", name: "a.txt", base64: btoa("bytes") });
    await untilAsked({ do: "pending", app: appId }, (left) => Bun.deepEquals(left, []));
    expect(heard.map(({ message }) => message?.content)).toEqual([
      '{"text":"hello"}',
      expect.stringContaining('"file_name":"a.txt"'),
    ]);

    const button = { tag: "button", text: { tag: "plain_text", content: "Yes" }, value: { answer: "y" } };
    const card = {
      elements: [
        { tag: "markdown", content: "Tea?" },
        { tag: "action", actions: [button] },
      ],
    };
    const { data } = await client.im.message.create({
      params: { receive_id_type: "chat_id" },
      data: { receive_id: chat, msg_type: "interactive", content: JSON.stringify(card) },
    });
    const message = data?.message_id ?? "";
    const { token } = z
      .object({ token: z.string() })
      .parse(await ask({ do: "press", person: "Anna", message, label: "Yes" }));
    await untilAsked({ do: "pressed", token }, (press) =>
      Bun.deepEquals(press, { state: "answered", toast: { type: "info", content: "noted" } }),
    );
    await ask({ do: "react", person: "Anna", message, emoji: "THUMBSUP" });
    await ask({ do: "addFaults", rules: [{ kind: "5xx", match: { method: "im.chat.list" } }] });
    await expect(client.im.chat.list()).rejects.toThrow("500");
    expect(await ask({ do: "transcript", ...place })).toEqual([
      "Anna: hello",
      "Anna: (file a.txt)",
      "Bot: Tea? [Yes] {THUMBSUP}",
    ]);
    expect(await ask({ do: "calls", method: "im.chat.list" })).toMatchObject([{ status: 500, fault: "5xx" }]);
    await expect(ask({ do: "sing" })).rejects.toThrow("Invalid");
    expect(await ask({ do: "complaints" })).toEqual([]);
  } finally {
    ws?.close();
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }
});

const quiet = (): void => undefined;
const SILENT = { error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet };
