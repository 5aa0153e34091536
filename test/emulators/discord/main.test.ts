import { expect, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";

const ADDRESS = z.object({ url: z.string(), gateway: z.string(), control: z.string() });
const ANSWER = z.object({ ok: z.boolean(), result: z.unknown(), error: z.string().optional() });
const ID = z.object({ id: z.string() });
const MESSAGE = z.object({ message: z.string() });

test("as a program of its own it says where it is, and lets a test in another process act as a person", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts")], { stdout: "pipe" });
  try {
    const { value } = await child.stdout.getReader().read();
    const { url, gateway, control } = ADDRESS.parse(JSON.parse(new TextDecoder().decode(value)));
    expect(gateway).toStartWith("ws://127.0.0.1:");
    const ask = async (request: object): Promise<unknown> => {
      const response = await fetch(control, { method: "POST", body: JSON.stringify(request) });
      const answer = ANSWER.parse(await response.json());
      if (!answer.ok) throw new Error(answer.error);
      return answer.result;
    };

    const bot = z
      .object({ token: z.string(), id: z.string() })
      .parse(await ask({ do: "addBot", username: "my_bot" }));
    const call = async (verb: string, path: string, body?: object) => {
      const headers = { authorization: `Bot ${bot.token}`, "content-type": "application/json" };
      const response = await fetch(`${url}/v10${path}`, {
        method: verb,
        headers,
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json().catch(() => undefined) };
    };
    const { id: person } = ID.parse(await ask({ do: "addPerson", name: "Anna" }));
    const guild = z
      .object({ id: z.string(), channels: z.record(z.string(), z.string()) })
      .parse(
        await ask({ do: "addGuild", name: "Club", members: [person], bots: ["my_bot"], roles: ["Helpers"] }),
      );
    await ask({ do: "giveRole", guild: guild.id, person, role: "Helpers" });
    const chat = { person, channel: guild.channels["general"] };

    const { message } = MESSAGE.parse(await ask({ do: "say", ...chat, text: "hello" }));
    await ask({ do: "edit", ...chat, message, text: "hello!" });
    await ask({ do: "upload", ...chat, name: "a.txt", base64: btoa("bytes") });
    expect((await call("GET", `/channels/${chat.channel}/messages`)).body).toMatchObject([
      { attachments: [{ filename: "a.txt", size: 5 }] },
      { content: "hello!" },
    ]);

    const components = [{ type: 1, components: [{ type: 2, style: 1, label: "Yes", custom_id: "y" }] }];
    const question = await call("POST", `/channels/${chat.channel}/messages`, {
      content: "Tea?",
      components,
    });
    await ask({ do: "press", ...chat, message: ID.parse(question.body).id, label: "Yes" });
    expect(await ask({ do: "interactions" })).toMatchObject([{ name: "Yes" }]);
    await ask({ do: "react", ...chat, message, emoji: "👍" });
    await ask({ do: "addFaults", rules: [{ kind: "5xx", match: { method: "getCurrentUser" } }] });
    expect((await call("GET", "/users/@me")).status).toBe(500);
    expect(await ask({ do: "transcript", ...chat })).toEqual([
      "Anna: hello! {👍}",
      "Anna: (file a.txt)",
      "my_bot: Tea? [Yes]",
    ]);
    expect(await ask({ do: "calls", method: "getCurrentUser" })).toMatchObject([
      { status: 500, fault: "5xx" },
    ]);
    await expect(ask({ do: "sing" })).rejects.toThrow("Invalid");
  } finally {
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  }
});
