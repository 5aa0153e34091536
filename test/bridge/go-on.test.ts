import { expect, test } from "bun:test";
import goOn from "../../src/bridge/go-on.ts";
import { GO_ON_COMMAND } from "../../src/core/bridge-port.ts";

interface Message {
  readonly role: string;
  readonly customType?: string;
}

interface Context {
  getSystemPrompt(): string;
}

type Listener = (event: { messages: readonly Message[] }, ctx: Context) => unknown;

/** What pi is given by the script, and a pi that has `prompt` for its system prompt. */
function loaded() {
  const sent: { readonly message: Message; readonly options: object }[] = [];
  const commands = new Map<string, () => Promise<void>>();
  const listeners = new Map<string, Listener>();
  const pi = { prompt: "base" };
  goOn({
    on: (event: string, listener: unknown) => void listeners.set(event, listener as Listener),
    registerCommand: (name, { handler }) => void commands.set(name, handler),
    sendMessage: (message, options) => void sent.push({ message: message as Message, options }),
  });
  const tell = (event: string, messages: readonly Message[] = []) =>
    listeners.get(event)?.({ messages }, { getSystemPrompt: () => pi.prompt }) as
      { messages: readonly object[] } | undefined;
  return {
    sent,
    commands,
    pi,
    tell,
    context: (messages: readonly Message[]) => tell("context", messages)?.messages,
  };
}

test("the command makes pi answer again, by a message that no model sees", async () => {
  const { sent, commands, context } = loaded();
  await commands.get(GO_ON_COMMAND)?.();
  const [{ message, options } = { message: { role: "" }, options: {} }] = sent;
  expect(sent).toHaveLength(1);
  expect(options).toEqual({ triggerTurn: true });
  const ours: Message = { ...message, role: "custom" };
  const theirs: Message = { role: "custom", customType: "another extension" };
  expect(context([{ role: "user" }, ours, theirs])).toEqual([{ role: "user" }, theirs]);
});

test("a conversation without such a message is left as it is", () => {
  expect(loaded().context([{ role: "user" }, { role: "custom", customType: "another" }])).toBeUndefined();
});

test("what was added to the system prompt of a run holds for the run that goes on with it, and no longer", async () => {
  const { commands, pi, tell } = loaded();
  const tools = { role: "system", content: "", sections: { a: "b" }, toolsAdded: ["t"] };
  const messages = [
    { role: "system", content: "base" },
    { role: "user" },
    { role: "system", content: "x" },
    tools,
  ];
  pi.prompt = "base, and more";
  tell("agent_start");
  expect(tell("context_with_system", messages)).toBeUndefined();
  tell("agent_settled");
  pi.prompt = "base";
  await commands.get(GO_ON_COMMAND)?.();
  tell("agent_start");
  const asked = tell("context_with_system", messages)?.messages;
  expect(JSON.parse(JSON.stringify(asked))).toEqual([
    { role: "system", content: "base, and more" },
    { role: "user" },
    { role: "system", content: "", toolsAdded: ["t"] },
  ]);
  tell("agent_settled");
  tell("agent_start");
  expect(tell("context_with_system", messages)).toBeUndefined();
});
