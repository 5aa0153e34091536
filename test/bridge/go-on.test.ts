import { expect, test } from "bun:test";
import goOn from "../../src/bridge/go-on.ts";
import { GO_ON_COMMAND } from "../../src/core/bridge-port.ts";

interface Message {
  readonly role: string;
  readonly customType?: string;
}

/** What pi is given by the script. */
function loaded() {
  const sent: { readonly message: Message; readonly options: object }[] = [];
  const commands = new Map<string, () => Promise<void>>();
  let onContext: (event: { messages: readonly Message[] }) => { messages: Message[] } | undefined = () =>
    undefined;
  goOn({
    on: (_event, listener) => void (onContext = listener),
    registerCommand: (name, { handler }) => void commands.set(name, handler),
    sendMessage: (message, options) => void sent.push({ message: message as Message, options }),
  });
  return { sent, commands, context: (messages: readonly Message[]) => onContext({ messages })?.messages };
}

test("the command makes pi answer again, by a message that no model sees", async () => {
  const { sent, commands, context } = loaded();
  await commands.get(GO_ON_COMMAND)?.();
  const [{ message, options } = { message: { role: "" }, options: {} }] = sent;
  expect(sent).toHaveLength(1);
  expect(options).toEqual({ triggerTurn: true });
  const ours = { ...message, role: "custom" };
  const theirs = { role: "custom", customType: "another extension" };
  expect(context([{ role: "user" }, ours, theirs])).toEqual([{ role: "user" }, theirs]);
});

test("a conversation without such a message is left as it is", () => {
  expect(loaded().context([{ role: "user" }, { role: "custom", customType: "another" }])).toBeUndefined();
});
