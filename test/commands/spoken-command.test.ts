import { expect, test } from "bun:test";
import { spokenCommands } from "../../src/commands/spoken-command.ts";
import type { Command, CommandCall } from "../../src/core/command.ts";
import type { Language } from "../../src/core/spoken-language.ts";

const hello = (language: () => Language): readonly Command[] => [
  {
    name: "hello",
    get summary() {
      return `listed in ${language()}`;
    },
    run: ({ reply }: CommandCall) => reply(`said in ${language()}`),
  },
];

test("a command is listed in the gateway's language and answers in the caller's", async () => {
  let gateway: Language = "en";
  const [command] = spokenCommands(hello, () => gateway);
  const said: string[] = [];
  const call = (language: string) => {
    const address = { channel: "test", account: "default", scope: "dm", chat: "1" } as const;
    const sender = { id: "1", name: "Mei", isBot: false, language };
    const reply = async (text: string) => void said.push(text);
    // Only what the command looks at.
    return { message: { address, sender }, reply } as unknown as CommandCall;
  };
  await command?.run(call("zh-hans"));
  await command?.run(call("de"));
  expect(said).toEqual(["said in zh", "said in en"]);
  expect(command?.summary).toBe("listed in en");
  gateway = "zh";
  expect(command?.summary).toBe("listed in zh");
});
