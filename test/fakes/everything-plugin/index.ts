import { appendFileSync } from "node:fs";
import {
  ChannelError,
  type Channel,
  type ChannelHost,
  formatSessionKey,
  type GatewayPluginApi,
} from "pi-gateway";
import { WORD } from "./words.ts";

const BOB = { channel: "pipe", account: "default", scope: "dm", chat: "bob" } as const;

interface Options {
  readonly notes: string;
  readonly mood: "calm" | "loud";
}

/** One of everything that a plugin can register; what happens inside is written to a file, line by line. */
export default function everything(api: GatewayPluginApi) {
  const { notes, mood } = api.options as Options;
  const note = (line: string) => appendFileSync(notes, `${line}\n`);
  const channel = new Pipe(note);
  note(`loaded ${WORD} ${mood}`);

  api.registerTool<{ text: string }>({
    name: "everything_echo",
    description: "Gives back a text.",
    parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    execute: ({ text }, { sessionKey }) => `${WORD}: ${text} for ${sessionKey}`,
  });
  api.registerHook(["before_tool_call"], ({ tool, params }) =>
    tool === "bash" && String(params["command"]).includes("forbidden")
      ? { block: `Not ${WORD}.` }
      : undefined,
  );
  api.on("gateway_start", () => note("gateway_start"));
  api.on("gateway_stop", () => note("gateway_stop"));
  api.registerCommand("everything", ({ args, reply }) => reply(`You said ${args}, I say ${WORD}.`), {
    summary: "says it back",
  });
  api.registerHttpRoute("GET", "/everything/:name", (request, reply) =>
    reply.json({ word: WORD, name: request.params["name"] }),
  );
  api.registerHttpRoute(
    "POST",
    "/everything/said",
    async (request) => {
      const receipt = await channel.hear(request.text());
      return Response.json({ receipt });
    },
    { auth: "none" },
  );
  api.registerGatewayMethod("everything.count", async ({ add }) => {
    const count = Number((await api.state.get("count")) ?? 0) + Number(add ?? 1);
    await api.state.set("count", String(count));
    return { count, key: formatSessionKey({ agent: "main", address: BOB }) };
  });
  api.registerService({
    name: "everything-clock",
    start: () => note(`service started ${WORD}`),
    stop: () => note(`service stopped ${WORD}`),
  });
  api.registerCli("everything", ({ args, print }) => print(`${WORD}: ${args.join(", ")}`));
  api.registerChannel(channel);
  const timer = setInterval(() => note(`tick ${WORD}`), 20);
  timer.unref();
}

/** A chat platform of two lines: what is posted to the route comes in, what goes out is noted. */
class Pipe implements Channel {
  readonly name = "pipe";
  readonly capabilities = {
    text: { limit: 1000 },
    pace: () => ({ perChatMs: 0, perPreviewMs: 1000 }),
    nonceWindowMs: 0,
  };
  readonly #note: (line: string) => void;
  #host: ChannelHost | undefined;
  #heard = 0;

  constructor(note: (line: string) => void) {
    this.#note = note;
  }

  async start(host: ChannelHost): Promise<void> {
    this.#host = host;
    this.#note(`channel started ${WORD}`);
  }

  async stop(): Promise<void> {
    this.#host = undefined;
    this.#note(`channel stopped ${WORD}`);
  }

  hear(text: string): Promise<string> {
    if (!this.#host) throw new Error("the channel has not started");
    this.#heard += 1;
    return this.#host.receive({
      id: `${WORD}-${this.#heard}`,
      address: BOB,
      sender: { id: "bob", name: "Bob", isBot: false, isOwner: true },
      text,
      attachments: [],
      isForBot: true,
      sentAtMs: Date.now(),
    });
  }

  async send(...[to, message]: Parameters<Channel["send"]>) {
    if (message.kind !== "text") throw new ChannelError("format-refused", "only texts go through");
    this.#note(`sent ${message.markdown}`);
    return { address: to, id: `${Date.now()}-${Math.random()}` };
  }
}
