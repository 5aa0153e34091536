import type { Command } from "../../src/core/command.ts";
import type { InboundMessage } from "../../src/core/message.ts";
import { PathWorld, type WorldOptions } from "../fakes/path-world.ts";

export const up = (options?: WorldOptions) => new PathWorld(options).start();
/** Who owns the gateway. */
export const owner = { sender: { id: "u", name: "Una", isBot: false, isOwner: true } };

/** What the person reads after one message. */
export async function ask(
  world: PathWorld,
  text: string,
  facts: Partial<InboundMessage> = {},
): Promise<string> {
  const before = world.platform.transcript().length;
  const id = crypto.randomUUID();
  await world.say(id, text, facts);
  // What is read from files takes its own time.
  const hasEnded = () => world.endings().some((ending) => ending.startsWith(id));
  for (let looks = 0; looks < 1000 && !hasEnded(); looks++) await world.pass();
  await world.pass(1000);
  return world.platform.transcript().slice(before).join("\n---\n");
}

/** As a plugin registers one. */
export function addCommand(world: PathWorld, command: Command): Disposable {
  return world.commands.add(command.name, command, "acme");
}

export const NO_USAGE = { inputTokens: 0, outputTokens: 0, costUsd: 0 };
