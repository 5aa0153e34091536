import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InboundMessage } from "../../src/core/message.ts";
import { composePrompt } from "../../src/pipeline/compose-prompt.ts";
import { CHAT, inbound, SESSION } from "../fakes/path-world.ts";
import { PlainPlatform } from "../fakes/platforms.ts";

class WithFiles extends PlainPlatform {
  async download(): Promise<Uint8Array> {
    return new TextEncoder().encode("content");
  }
}

const capabilities = {
  text: { limit: 10 },
  pace: () => ({ perChatMs: 0, perPreviewMs: 0 }),
  nonceWindowMs: 0,
};

function compose(...messages: InboundMessage[]) {
  return composeAll(messages, 0);
}

async function composeAll(messages: InboundMessage[], collapsed: number) {
  const workspace = mkdtempSync(join(tmpdir(), "workspace-"));
  const turn = { id: "t", session: SESSION, messages, attempt: 1, previews: [], collapsed, steered: [] };
  const channel = new WithFiles("fake", capabilities);
  const signal = new AbortController().signal;
  const prompt = await composePrompt(turn, { channel, workspace, signal });
  return { prompt, workspace, [Symbol.dispose]: () => rmSync(workspace, { recursive: true }) };
}

const file = (name: string, mimeType: string) => ({ kind: "document", name, mimeType, source: "s" }) as const;

test("a person's text in a DM is the prompt, letter by letter", async () => {
  using made = await compose(inbound("1", "  two\u2028lines 世界  "));
  expect(made.prompt).toEqual({ text: "  two\u2028lines 世界  ", images: [] });
});

test("several messages are one prompt, in order", async () => {
  using made = await compose(inbound("1", "first"), inbound("2", "second"));
  expect(made.prompt.text).toBe("first\n\nsecond");
});

test("what became too much to wait in full is a few lines before the rest, never more than fifty", async () => {
  using made = await composeAll([inbound("1", `one\ntwo ${"x".repeat(300)}`), inbound("2", "last")], 1);
  expect(made.prompt.text.split("\n")).toEqual([
    "[gateway] 1 earlier message had to wait for too long; in short:",
    `- one two ${"x".repeat(192)}…`,
    "",
    "last",
  ]);
  const many = Array.from({ length: 61 }, (_, n) => inbound(`${n}`, `m${n}`));
  using flood = await composeAll(many, 60);
  expect(flood.prompt.text.split("\n")).toHaveLength(1 + 1 + 50 + 2);
  expect(flood.prompt.text).toContain("- (10 before these)\n- m10\n");
  const group = { ...inbound("1", "hi"), address: { ...CHAT, scope: "group" } as const };
  using lone = await composeAll([{ ...group, attachments: [file("a.pdf", "application/pdf")] }], 1);
  expect(lone.prompt.text).toEndWith("- Una: hi [a.pdf]");
});

test("in a group pi is told who speaks, and what they answer to", async () => {
  const address = { ...CHAT, scope: "group" } as const;
  using made = await compose({
    ...inbound("1", "yes"),
    address,
    replyTo: { id: "0", text: "Shall we?\nNow?" },
  });
  expect(made.prompt.text).toBe("> Shall we?\n> Now?\n\nUna: yes");
});

test("text that pi would take for a command stays text", async () => {
  using made = await compose(inbound("1", "/compact"));
  expect(made.prompt.text).toBe(" /compact");
});

test("images go to the model, other files into the workspace under a name that stays there", async () => {
  using made = await compose({
    ...inbound("1", "look"),
    attachments: [
      file("a.png", "image/png"),
      file("../../etc/passwd", "text/plain"),
      file("..", "text/plain"),
    ],
  });
  expect(made.prompt.images).toEqual([{ mimeType: "image/png", base64: btoa("content") }]);
  const path = join(made.workspace, "inbox/1/passwd");
  expect(made.prompt.text).toContain(`[file: ${path} (text/plain)]`);
  expect(made.prompt.text).toContain(join(made.workspace, "inbox/1/file"));
  expect(readFileSync(path, "utf8")).toBe("content");
});

test("a message that is only a file is a prompt too", async () => {
  using made = await compose({ ...inbound("1", ""), attachments: [file("a.txt", "text/plain")] });
  expect(made.prompt.text).toStartWith("[file: ");
});
