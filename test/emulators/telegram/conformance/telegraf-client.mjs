// The bot of conversation.ts over telegraf, until its standard input ends.
import { Markup, Telegraf } from "telegraf";
import { message } from "telegraf/filters";

const [apiRoot, token] = process.argv.slice(2);
const client = new Telegraf(token, { telegram: { apiRoot } });

client.hears("hello", async (context) => {
  const sent = await context.reply("hi");
  const text = `hi, ${context.from.first_name}`;
  await context.telegram.editMessageText(context.chat.id, sent.message_id, undefined, text);
});
client.hears("buttons", (context) => {
  const buttons = [Markup.button.callback("Yes", "yes"), Markup.button.callback("No", "no")];
  return context.reply("Tea?", Markup.inlineKeyboard(buttons));
});
client.on(message("document"), async (context) => {
  const link = await context.telegram.getFileLink(context.message.document.file_id);
  const words = await (await fetch(link)).text();
  const source = Buffer.from(words);
  const caption = `${words}, ${source.length}`;
  await context.replyWithDocument({ source, filename: "copy.txt" }, { caption });
});
client.action(/.*/, async (context) => {
  await context.answerCbQuery("noted");
  await context.editMessageText(`You said ${context.match[0]}`);
});

process.stdin.resume().once("end", () => client.stop());
await client.launch(() => console.log("polling"));
