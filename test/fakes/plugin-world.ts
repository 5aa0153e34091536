import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/core/config.ts";
import { type Logger, silentLogger } from "../../src/lib/logger.ts";
import { channelSchemas } from "../../src/plugins/builtin/channel-schemas.ts";
import type { Plugin } from "../../src/plugins/types.ts";
import { Gateway } from "../../src/server.ts";
import { ChatClient } from "./chat-client.ts";
import { FAUX_MODEL } from "./pi-world.ts";

export const ALICE = "agent:main:webchat:dm:alice";

export interface PluginWorldOptions {
  /** Which pi. Default: the one that comes with the gateway. */
  readonly pi?: string;
  /** How long a hook may take. */
  readonly hookTimeoutMs?: number;
  readonly log?: Logger;
}

/** A gateway in this process, on a state of its own, with a plugin of the test's own and somebody who chats with it. */
export class PluginWorld implements AsyncDisposable {
  readonly home: string;
  readonly #realHome = process.env["HOME"];
  #gateway: Gateway | undefined;
  #alice: ChatClient | undefined;
  url = "";
  token = "";

  private constructor() {
    this.home = mkdtempSync(join(tmpdir(), "plugin-world-"));
    process.env["HOME"] = this.home;
  }

  static async open(plugin: Plugin, options: PluginWorldOptions = {}): Promise<PluginWorld> {
    const world = new PluginWorld();
    try {
      await world.#start(plugin, options);
      return world;
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
  }

  get alice(): ChatClient {
    if (!this.#alice) throw new Error("nobody is connected");
    return this.#alice;
  }

  /** The text of the answer to one message of Alice. */
  async ask(text: string): Promise<string> {
    const { messageId } = await this.alice.send(ALICE, text);
    return (await this.alice.end(messageId)).text ?? "";
  }

  /** pi's session files, one after the other. */
  transcripts(): string {
    const folder = join(this.home, ".pi/gateway/sessions");
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    return files.join("\n");
  }

  /** One request to the gateway, with its own credential. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.token}`, ...(init.headers as Record<string, string>) };
    return fetch(`${this.url}${path}`, { ...init, headers });
  }

  async stop(): Promise<void> {
    this.#alice?.[Symbol.dispose]();
    await this.#gateway?.stop(AbortSignal.timeout(5000));
    this.#gateway = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#realHome !== undefined) process.env["HOME"] = this.#realHome;
    rmSync(this.home, { recursive: true, force: true });
  }

  async #start(plugin: Plugin, { pi, hookTimeoutMs, log = silentLogger }: PluginWorldOptions): Promise<void> {
    const { home } = this;
    const agent = {
      extensions: [FAUX_MODEL],
      model: "faux/echo",
      ...(pi === undefined ? {} : { piCliPath: pi }),
    };
    const flags = [
      { path: ["gateway", "port"], value: 0, name: "port" },
      { path: ["agent"], value: agent, name: "agent" },
      ...(hookTimeoutMs === undefined
        ? []
        : [{ path: ["plugins", "hookTimeoutMs"], value: hookTimeoutMs, name: "hooks" }]),
    ];
    const load = () =>
      loadConfig({ env: { HOME: home }, home, cwd: home, file: undefined, channels: channelSchemas, flags });
    const plugins = [{ name: "test", plugin }];
    this.#gateway = new Gateway({ loaded: load(), load, files: [], log, plugins });
    const { url, link } = await this.#gateway.start();
    this.url = url;
    this.token = decodeURIComponent(link.split("#token=")[1] ?? "");
    this.#alice = await ChatClient.connect(url, this.token);
  }
}
