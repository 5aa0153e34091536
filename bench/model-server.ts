/**
 * A model behind HTTP, for measuring: speaks OpenAI's chat completions on loopback, in a process of its own,
 * and prints its port. Ends when its standard input does.
 *
 *   say N CHUNK     N characters, CHUNK at a time, each sent by itself
 *   anything else   `echo: …`, 8 characters at a time
 */
import { replyTo } from "./model-words.ts";

interface Request {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: Content }[];
}
type Content = string | readonly { readonly text?: string }[];

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  async fetch(request) {
    const { model, messages } = (await request.json()) as Request;
    const asked = messages.findLast(({ role }) => role === "user");
    return new Response(streamOf(model, textOf(asked?.content ?? "")), {
      headers: { "content-type": "text/event-stream" },
    });
  },
});
console.log(server.port);
for await (const _ of Bun.stdin.stream());
await server.stop(true);

function streamOf(model: string, asked: string): ReadableStream {
  const { text, chunk } = replyTo(asked);
  return new ReadableStream({
    type: "direct",
    async pull(controller) {
      const say = async (delta: object, rest: object = { finish_reason: null }, more: object = {}) => {
        const choices = [{ index: 0, delta, ...rest }];
        const record = { id: "c", object: "chat.completion.chunk", created: 1, model, choices, ...more };
        void controller.write(`data: ${JSON.stringify(record)}\n\n`);
        await controller.flush();
      };
      await say({ role: "assistant", content: "" });
      for (let at = 0; at < text.length; at += chunk) await say({ content: text.slice(at, at + chunk) });
      const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
      await say({}, { finish_reason: "stop" }, { usage });
      void controller.write("data: [DONE]\n\n");
      await controller.end();
    },
  });
}

function textOf(content: Content): string {
  return typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("");
}
