import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../../src/lib/logger.ts";
import { type ApiCall, FeishuApi } from "../../../../../src/plugins/builtin/feishu/outgoing/api.ts";
import { FeishuRefusal } from "../../../../../src/plugins/builtin/feishu/outgoing/refusal-answer.ts";
import { FeishuOutgoing } from "../../../../../src/plugins/builtin/feishu/outgoing/feishu-outgoing.ts";
import type { Address, SendOptions } from "../../../../../src/plugins/types.ts";
import { options } from "../../../../fakes/outgoing.ts";
import { stateOf } from "../../../../fakes/state-of.ts";
import { type Room, startFeishu } from "../../../../emulators/feishu/index.ts";

/** An app that speaks to the stand-in as the channel does, a person who reads it, and a folder for files. */
export async function outgoingWorld(clock: Clock = systemClock) {
  const feishu = await startFeishu({ clock });
  const app = feishu.addApp({ name: "Bot" });
  const anna = feishu.addPerson({ name: "Anna" });
  const chat = anna.dm(app);
  const folder = await mkdtemp(join(tmpdir(), "feishu-out-"));
  const kept = new Map<string, string>();
  const { appId, appSecret } = app;
  const api = new FeishuApi({ appId, appSecret, domain: feishu.url, log: silentLogger });
  const make = (own = clock) => {
    const out = new FeishuOutgoing({ api, clock: own });
    out.attach(stateOf(kept));
    return out;
  };
  return {
    feishu,
    app,
    anna,
    chat,
    kept,
    /** Another one for the same app, as after a restart: it knows what was kept, and may have a clock of its own. */
    make,
    out: make(),
    to: addressOf(anna.openIdIn(app)),
    /** From now on calls that hold `what` are refused, as by an organisation that is stricter; what was refused. */
    refuse: (what: string, code: number, msg: string) => {
      const refused: ApiCall[] = [];
      const call = api.call.bind(api);
      api.call = async <T>(one: ApiCall): Promise<T> => {
        if (!JSON.stringify(one).includes(what)) return call<T>(one);
        refused.push(one);
        throw new FeishuRefusal(400, { code, msg }, undefined);
      };
      return refused;
    },
    group: (isTopicGroup = false) =>
      feishu.addGroup({ name: "Group", members: [anna], apps: [app], isTopicGroup }),
    /** What the bot has said, a line for each message. */
    said: (room: Room = chat, look: { hasMarks?: boolean; isLive?: boolean; thread?: string } = {}) =>
      feishu.transcript(room, look).flatMap((line) => /^Bot(?: \([^)]*\))?: (.*)$/s.exec(line)?.[1] ?? []),
    methods: () =>
      feishu.calls.all.map(({ method }) => method).filter((method) => !method.startsWith("auth.")),
    params: (method: string) => feishu.calls.of({ method }).map((call) => call.params),
    file: async (name: string, content: string | Uint8Array = "content") => {
      const path = join(folder, name);
      await Bun.write(path, content);
      return path;
    },
    [Symbol.asyncDispose]: async () => {
      await rm(folder, { recursive: true, force: true });
      await feishu[Symbol.asyncDispose]();
    },
  };
}

export type OutgoingWorld = Awaited<ReturnType<typeof outgoingWorld>>;

export function addressOf(chat: string, thread?: string): Address {
  const scope = chat.startsWith("ou_") ? "dm" : thread === undefined ? "group" : "topic";
  const place = { channel: "feishu", account: "default", scope, chat } as const;
  return thread === undefined ? place : { ...place, thread };
}

export { errorOf } from "../../../../fakes/error-of.ts";
export { options, text } from "../../../../fakes/outgoing.ts";

/** Another message than those before. */
export function fresh(more: Partial<SendOptions> = {}): SendOptions {
  return { ...options, nonce: crypto.randomUUID(), ...more };
}
