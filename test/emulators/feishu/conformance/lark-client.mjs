// The app of conversation.ts over the platform's own library, until its standard input ends: with `webhook` as the last
// word events come to an address of its own, otherwise over the long connection.
import { createServer } from "node:http";
import { adaptDefault, Client, EventDispatcher, LoggerLevel, WSClient } from "@larksuiteoapi/node-sdk";

const [domain, appId, appSecret, encryptKey, way] = process.argv.slice(2);
const quiet = () => undefined;
const logger = { error: console.error, warn: quiet, info: quiet, debug: quiet, trace: quiet };
const settings = { appId, appSecret, domain, logger, loggerLevel: LoggerLevel.error };
const client = new Client(settings);
const PNG = Buffer.from("89504e470d0a1a0a", "hex");

async function reply(message, msg_type, content) {
  const sent = await client.im.message.reply({
    path: { message_id: message.message_id },
    data: {
      msg_type,
      content: JSON.stringify(content),
      uuid: `${message.message_id}-${msg_type}`.slice(-50),
    },
  });
  return sent.data.message_id;
}

async function greet(message, openId) {
  const message_id = await reply(message, "text", { text: "hi" });
  const { data } = await client.contact.user.get({
    path: { user_id: openId },
    params: { user_id_type: "open_id" },
  });
  const content = JSON.stringify({ text: `hi, ${data.user.name}` });
  await client.im.message.update({ path: { message_id }, data: { msg_type: "text", content } });
}

async function copy(message) {
  const { file_key } = JSON.parse(message.content);
  const path = { message_id: message.message_id, file_key };
  const resource = await client.im.messageResource.get({ path, params: { type: "file" } });
  const chunks = [];
  for await (const chunk of resource.getReadableStream()) chunks.push(chunk);
  const file = Buffer.concat(chunks);
  await reply(message, "text", { text: file.toString("utf8") });
  const stored = await client.im.file.create({
    data: { file_type: "stream", file_name: "copy.txt", file },
  });
  await reply(message, "file", { file_key: stored.file_key });
}

async function show(message) {
  const stored = await client.im.image.create({ data: { image_type: "message", image: PNG } });
  await reply(message, "image", { image_key: stored.image_key });
}

async function ask(message) {
  const button = (label, value) => ({
    tag: "button",
    text: { tag: "plain_text", content: label },
    behaviors: [{ type: "callback", value: { value } }],
  });
  const elements = [{ tag: "markdown", content: "Tea?" }, button("Yes", "yes"), button("No", "no")];
  await reply(message, "interactive", { schema: "2.0", body: { elements } });
}

async function write(message) {
  const card = {
    schema: "2.0",
    config: { streaming_mode: true },
    body: { elements: [{ tag: "markdown", element_id: "text", content: "" }] },
  };
  const made = await client.cardkit.v1.card.create({
    data: { type: "card_json", data: JSON.stringify(card) },
  });
  const { card_id } = made.data;
  await reply(message, "interactive", { type: "card", data: { card_id } });
  const path = { card_id, element_id: "text" };
  await client.cardkit.v1.cardElement.content({ path, data: { content: "one", sequence: 1 } });
  await client.cardkit.v1.cardElement.content({ path, data: { content: "one two", sequence: 2 } });
  const config = { streaming_mode: false, summary: { content: "one two" } };
  await client.cardkit.v1.card.settings({
    path: { card_id },
    data: { settings: JSON.stringify({ config }), sequence: 3 },
  });
}

async function answer({ sender, message }) {
  const text = message.message_type === "text" ? JSON.parse(message.content).text : message.message_type;
  if (text === "hello") await greet(message, sender.sender_id.open_id);
  else if (text === "file") await copy(message);
  else if (text === "picture") await show(message);
  else if (text === "buttons") await ask(message);
  else if (text === "write") await write(message);
  await client.im.messageReaction.create({
    path: { message_id: message.message_id },
    data: { reaction_type: { emoji_type: "OK" } },
  });
}

const eventDispatcher = new EventDispatcher({ encryptKey, logger }).register({
  // Taken at once: the platform waits three seconds only.
  "im.message.receive_v1": (event) => void answer(event).catch(console.error),
  "im.message.reaction.created_v1": quiet,
  "card.action.trigger": ({ action }) => ({
    toast: { type: "info", content: "noted" },
    card: {
      type: "raw",
      data: {
        schema: "2.0",
        body: { elements: [{ tag: "markdown", content: `You said ${action.value.value}` }] },
      },
    },
  }),
});

if (way === "webhook") {
  const take = adaptDefault("/feishu", eventDispatcher, { autoChallenge: true });
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    console.log(`http://127.0.0.1:${port}/feishu`);
  });
  process.stdin.resume().once("end", () => {
    server.close();
    server.closeAllConnections();
  });
} else {
  const ws = new WSClient(settings);
  await ws.start({ eventDispatcher });
  console.log("connected");
  process.stdin.resume().once("end", () => ws.close());
}
