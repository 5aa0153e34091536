import { expect, test } from "bun:test";
import { join } from "node:path";
import { Api } from "grammy";
import { z } from "zod";

const ADDRESS = z.object({ url: z.string(), control: z.string() });
const ANSWER = z.object({ ok: z.boolean(), result: z.unknown(), error: z.string().optional() });

test("as a program of its own it says where it is, and lets a test in another process act as a person", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts")], { stdout: "pipe" });
  try {
    const { value } = await child.stdout.getReader().read();
    const { url, control } = ADDRESS.parse(JSON.parse(new TextDecoder().decode(value)));
    const ask = async (request: object): Promise<unknown> => {
      const response = await fetch(control, { method: "POST", body: JSON.stringify(request) });
      const answer = ANSWER.parse(await response.json());
      if (!answer.ok) throw new Error(answer.error);
      return answer.result;
    };

    const { token } = z.object({ token: z.string() }).parse(await ask({ do: "addBot", username: "my_bot" }));
    const { id: person } = z.object({ id: z.int() }).parse(await ask({ do: "addPerson", firstName: "Anna" }));
    const chat = { person, bot: "my_bot" };
    await ask({ do: "say", ...chat, text: "hello" });
    await ask({ do: "upload", ...chat, kind: "document", name: "a.txt", base64: btoa("bytes") });
    const api = new Api(token, { apiRoot: url });
    expect(await api.getUpdates()).toMatchObject([
      { message: { text: "hello" } },
      { message: { document: { file_name: "a.txt", file_size: 5 } } },
    ]);

    const keyboard = { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] };
    const { message_id } = await api.sendMessage(person, "Tea?", { reply_markup: keyboard });
    const query = z.string().parse(await ask({ do: "press", ...chat, message: message_id, label: "Yes" }));
    await api.answerCallbackQuery(query);
    await ask({ do: "react", ...chat, message: message_id, emoji: ["👍"] });
    await ask({ do: "addFaults", rules: [{ kind: "5xx", match: { method: "getMe" } }] });
    await expect(api.getMe()).rejects.toThrow("Internal Server Error");
    expect(await ask({ do: "transcript", ...chat })).toEqual([
      "Anna: hello",
      "Anna: (document a.txt)",
      "my_bot: Tea? [Yes] {👍}",
    ]);
    expect(await ask({ do: "calls", method: "getMe" })).toMatchObject([{ status: 500, fault: "5xx" }]);
    await expect(ask({ do: "sing" })).rejects.toThrow("Invalid");
  } finally {
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }
});
