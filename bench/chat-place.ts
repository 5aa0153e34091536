import { join } from "node:path";
import { GatewayProcess } from "../test/fakes/gateway-process.ts";
import { introduceModel, MODEL } from "./model.ts";
import { inTime } from "./part.ts";
import { COMPILED, type PlaceSetup } from "./place.ts";
import { TimedModel, type Written } from "./timed-model.ts";

/** How an answer is shown while it is written. */
export type Mode = "partial" | "draft";

/** A stand-in for a chat platform, with a bot in it. */
export interface ChatPlatform extends AsyncDisposable {
  /** What stands under `channels` in the configuration. */
  readonly channels: object;
  /** A chat of somebody new with the bot. */
  newChat(name: string): BenchChat;
  /** `look` is called after every change of what anybody sees, until the returned function is. */
  onChange(look: () => void): () => void;
}

export interface BenchChat {
  say(text: string): void;
  /** What the bot has sent, all messages together. */
  answered(): string;
  /** The same and what is only a draft. */
  read(): string;
  /** Calls that sent or changed something to read. */
  calls(): number;
}

export interface PlatformUnderBench {
  /** As people call it. */
  readonly name: string;
  readonly modes: readonly Mode[];
  open(mode: Mode): Promise<ChatPlatform>;
}

/** What one message came to in its chat, in ms since the model's first letter, or its last. */
export interface SeenAnswer {
  /** From the model's first letter until there was something to read. */
  readonly firstMs: number;
  /** From the model's last letter until all of it could be read. */
  readonly completeMs: number;
  /** Messages that were sent and edited. */
  readonly calls: number;
}

/** A gateway, a stand-in for a platform in front of it, and a model behind it that knows when it wrote. */
export interface ChatPlace extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly model: TimedModel;
  /** Somebody new writes to the bot; resolves once the whole answer can be read. */
  ask(prompt: string, id: string): Promise<SeenAnswer>;
}

export async function openChatPlace(
  { program, pool = {} }: PlaceSetup,
  under: PlatformUnderBench,
  mode: Mode,
): Promise<ChatPlace> {
  const model = new TimedModel();
  const platform = await under.open(mode);
  const gateway = new GatewayProcess({
    config: { agent: { piCliPath: program.path, model: MODEL, pool }, channels: platform.channels },
    env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: COMPILED },
  });
  introduceModel(join(gateway.home, ".pi/agent"), model);
  await gateway.start();
  return {
    gateway,
    model,
    ask: (prompt, id) => ask({ name: under.name, platform, model }, prompt, id),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

interface Stage {
  readonly name: string;
  readonly platform: ChatPlatform;
  readonly model: TimedModel;
}

async function ask({ name, platform, model }: Stage, prompt: string, id: string): Promise<SeenAnswer> {
  const chat = platform.newChat(id);
  const last = Promise.withResolvers<{ firstAtMs: number; completeAtMs: number; written: Written }>();
  let firstAtMs = 0;
  const stop = platform.onChange(() => {
    if (chat.read() === "") return;
    const nowMs = performance.now();
    firstAtMs ||= nowMs;
    // The model knows its text once it has written all of it.
    const written = writtenFor(model, id);
    if (written && dense(chat.answered()) === dense(written.text)) {
      last.resolve({ firstAtMs, completeAtMs: nowMs, written });
    }
  });
  try {
    chat.say(prompt);
    const { completeAtMs, written, ...seen } = await inTime(`the answer in ${name}`, last.promise);
    return {
      firstMs: seen.firstAtMs - written.firstMs,
      completeMs: completeAtMs - written.endMs,
      calls: chat.calls(),
    };
  } finally {
    stop();
  }
}

const dense = (text: string) => text.replaceAll(/\s+/g, "");

function writtenFor(model: TimedModel, id: string): Written | undefined {
  return model.hasWritten(id) ? model.writtenFor(id) : undefined;
}
