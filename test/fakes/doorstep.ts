import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccessRules, GroupRules } from "../../src/core/chat-settings.ts";
import { CliWorld, type CliRun } from "../cli/cli-world.ts";
import { GatewayProcess } from "./gateway-process.ts";

const PATIENCE_MS = 30_000;

export interface Sent {
  readonly account: string;
  readonly chat: string;
  readonly nonce: string;
  readonly text: string;
  readonly buttons: readonly { readonly id: string; readonly label: string }[];
}

interface Voice {
  readonly account?: string;
  readonly name?: string;
  readonly chat?: string;
  readonly isForBot?: boolean;
}

/** A real gateway with a platform on which anybody may knock, and the command line beside it. */
export class DoorstepWorld implements AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly cli: CliWorld;
  readonly #folder: string;
  #heard = 0;

  private constructor(folder: string, cli: CliWorld, access: AccessRules, group: GroupRules | undefined) {
    this.#folder = folder;
    this.cli = cli;
    const options = { sent: join(folder, "sent.jsonl"), access, group, accounts: ["default", "work"] };
    this.gateway = new GatewayProcess({
      config: { plugins: [{ path: join(import.meta.dir, "doorstep-plugin"), options }] },
      env: { PI_GATEWAY_DEMO_PACE_MS: "0" },
    });
    cli.env = { PI_GATEWAY_STATE_DIR: this.gateway.stateDir };
  }

  static async open(access: AccessRules, group?: GroupRules): Promise<DoorstepWorld> {
    const folder = mkdtempSync(join(tmpdir(), "doorstep-"));
    return new DoorstepWorld(folder, await CliWorld.make(), access, group);
  }

  /** Somebody writes; resolves once the message is safe. */
  async say(from: string, text: string, voice: Voice = {}): Promise<void> {
    this.#heard += 1;
    await this.sayAs(`${this.#heard}`, from, text, voice);
  }

  /** The same under an id of the caller's own. */
  async sayAs(id: string, from: string, text: string, voice: Voice = {}): Promise<void> {
    const { account = "default", name = from, chat = from, isForBot = true } = voice;
    await this.#post("/doorstep", { id, account, from, name, chat, text, isForBot });
  }

  /** Somebody presses a button of a message in a chat. */
  async press(from: string, { nonce, chat, account }: Sent, button: string): Promise<void> {
    this.#heard += 1;
    await this.#post("/doorstep/press", {
      id: `${this.#heard}`,
      account,
      from,
      chat,
      message: nonce,
      button,
    });
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`${this.gateway.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.gateway.token}` },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`nobody heard it: ${await response.text()}`);
  }

  /** What somebody sees in a chat: what came under one nonce is seen once. */
  seen(chat: string, account = "default"): readonly Sent[] {
    const file = join(this.#folder, "sent.jsonl");
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : [];
    const calls = lines.map((line) => JSON.parse(line) as Sent);
    const byNonce = new Map(calls.map((call) => [call.nonce, call]));
    return [...byNonce.values()].filter((one) => one.chat === chat && one.account === account);
  }

  /** The first message in the chat that `pattern` fits. */
  async reads(chat: string, pattern: RegExp, account = "default"): Promise<Sent> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const found = this.seen(chat, account).find(({ text }) => pattern.test(text));
      if (found) return found;
      if (late.aborted) {
        throw new Error(`${pattern} did not come:\n${JSON.stringify(this.seen(chat, account))}`);
      }
      await Bun.sleep(5);
    }
  }

  /** The code that a stranger has been told. */
  async codeOf(chat: string, account = "default"): Promise<string> {
    const { text } = await this.reads(chat, CODE, account);
    return CODE.exec(text)?.[1] ?? "";
  }

  pairing(...args: string[]): Promise<CliRun> {
    return this.cli.run("pairing", ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
    await this.cli[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const CODE = /Your code is `([A-HJ-NP-Z2-9]{8})`/;
