import { expect, test } from "bun:test";
import { Client, EventDispatcher, LoggerLevel, WSClient } from "@larksuiteoapi/node-sdk";
import { startFeishu } from "./index.ts";

test("what a person writes reaches the app, and what the app answers and changes is what the person sees", async () => {
  await using feishu = await startFeishu();
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const settings = {
    appId: app.appId,
    appSecret: app.appSecret,
    domain: feishu.url,
    loggerLevel: LoggerLevel.fatal,
  };
  const client = new Client(settings);
  const heard: unknown[] = [];
  const eventDispatcher = new EventDispatcher({ loggerLevel: LoggerLevel.fatal }).register({
    "im.message.receive_v1": async (event) => void heard.push(event),
  });
  const ws = new WSClient({ ...settings, autoReconnect: false });
  await ws.start({ eventDispatcher });
  await feishu.untilConnected(app);
  try {
    const chat = anna.dm(app);
    const hello = anna.say(chat, "hello");
    await feishu.until(() => heard.length === 1, "the event");
    expect(heard).toMatchObject([
      {
        sender: { sender_id: { open_id: anna.openIdIn(app) }, sender_type: "user" },
        message: { message_id: hello.id, chat_id: chat.id, chat_type: "p2p", content: '{"text":"hello"}' },
      },
    ]);
    await feishu.until(() => feishu.pendingOf(app).length === 0, "the acknowledgement");

    const sent = await client.im.message.create({
      params: { receive_id_type: "chat_id" },
      data: { receive_id: chat.id, msg_type: "text", content: JSON.stringify({ text: "hi" }) },
    });
    expect(feishu.transcript(chat)).toEqual(["Anna: hello", "Bot: hi"]);
    await client.im.message.update({
      path: { message_id: sent.data?.message_id ?? "" },
      data: { msg_type: "text", content: JSON.stringify({ text: "hi there" }) },
    });
    expect(feishu.transcript(chat, { hasMarks: true })).toEqual(["Anna: hello", "Bot: hi there (edited)"]);
  } finally {
    ws.close();
  }
});
