import { join } from "node:path";
import {
  type Person,
  type Room,
  startTelegram,
  type TelegramServer,
} from "../test/emulators/telegram/index.ts";
import type { BotAccount } from "../test/emulators/telegram/index.ts";
import { GatewayProcess } from "../test/fakes/gateway-process.ts";
import { introduceModel, MODEL } from "./model.ts";
import { inTime } from "./part.ts";
import { COMPILED, type PlaceSetup } from "./place.ts";
import { TimedModel, type Written } from "./timed-model.ts";

/** What one message came to in its chat, in ms since the model's first letter, or its last. */
export interface SeenAnswer {
  /** From the model's first letter until there was something to read. */
  readonly firstMs: number;
  /** From the model's last letter until all of it could be read. */
  readonly completeMs: number;
  /** Messages that were sent and edited. */
  readonly calls: number;
}

/** A gateway, a stand-in for Telegram in front of it, and a model behind it that knows when it wrote. */
export interface TelegramPlace extends AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly model: TimedModel;
  /** Somebody new writes to the bot; resolves once the whole answer can be read. */
  ask(prompt: string, id: string): Promise<SeenAnswer>;
}

export async function openTelegramPlace(
  { program, pool = {} }: PlaceSetup,
  streamingMode: "partial" | "draft",
): Promise<TelegramPlace> {
  const model = new TimedModel();
  const telegram = await startTelegram();
  const bot = telegram.addBot({ username: "bench_bot" });
  const account = { botToken: bot.token, apiRoot: telegram.url, dmPolicy: "open", streamingMode };
  const gateway = new GatewayProcess({
    config: {
      agent: { piCliPath: program.path, model: MODEL, pool },
      channels: { telegram: account },
    },
    env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: COMPILED },
  });
  introduceModel(join(gateway.home, ".pi/agent"), model);
  await gateway.start();
  return {
    gateway,
    model,
    ask: (prompt, id) => ask({ telegram, bot, model }, prompt, id),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await telegram[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

interface Stage {
  readonly telegram: TelegramServer;
  readonly bot: BotAccount;
  readonly model: TimedModel;
}

async function ask({ telegram, bot, model }: Stage, prompt: string, id: string): Promise<SeenAnswer> {
  const person: Person = telegram.addPerson({ firstName: id });
  const room = person.dm(bot);
  const last = Promise.withResolvers<{ firstAtMs: number; completeAtMs: number; written: Written }>();
  let firstAtMs = 0;
  const stop = telegram.world.onChange(() => {
    const read = readIn(room);
    if (read === "") return;
    const nowMs = performance.now();
    firstAtMs ||= nowMs;
    // The model knows its text once it has written all of it.
    const written = writtenFor(model, id);
    if (written && dense(postsOf(room)) === dense(written.text)) {
      last.resolve({ firstAtMs, completeAtMs: nowMs, written });
    }
  });
  try {
    person.say(room, prompt);
    const { completeAtMs, written, ...seen } = await inTime("the answer in Telegram", last.promise);
    const calls = telegram.calls.of({ chat: room.id });
    return {
      firstMs: seen.firstAtMs - written.firstMs,
      completeMs: completeAtMs - written.endMs,
      calls: calls.filter(({ method }) => WRITES.test(method)).length,
    };
  } finally {
    stop();
  }
}

const WRITES = /^(sendMessage|editMessageText)/;
const dense = (text: string) => text.replaceAll(/\s+/g, "");

function writtenFor(model: TimedModel, id: string): Written | undefined {
  return model.hasWritten(id) ? model.writtenFor(id) : undefined;
}

const postsOf = ({ posts }: Room) =>
  posts
    .slice(1)
    .map(({ message }) => message.text ?? "")
    .join(" ");

/** What can be read in a chat, what is only a draft included. */
function readIn(room: Room): string {
  const drafts = Array.from(room.drafts.values(), ({ text }) => text);
  return [postsOf(room), ...drafts].join("");
}
