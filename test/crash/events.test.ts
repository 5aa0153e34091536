import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { InboundEvent, InboundMessage } from "../../src/core/message.ts";
import { GatewayProcess } from "../fakes/gateway-process.ts";

setDefaultTimeout(60_000);

const PLUGIN = resolve(import.meta.dir, "../fakes/lab-plugin");
const GROUP = { channel: "lab", account: "default", scope: "group", chat: "-7" } as const;
const ADA = { id: "ada", name: "Ada", isBot: false };

/** A gateway with one more platform, which sends again what was not acknowledged. */
class Lab implements AsyncDisposable {
  readonly gateway = new GatewayProcess({ env: { PI_GATEWAY_DEMO_PACE_MS: "0" } });
  readonly #sent = join(this.gateway.home, "sent.jsonl");

  async start(failpoint?: string): Promise<this> {
    this.gateway.configure({
      plugins: [{ path: PLUGIN, options: { sent: this.#sent } }],
    });
    await this.gateway.start(failpoint);
    return this;
  }

  /** Tells the gateway, and once more after it died on the way. */
  async ask(id: string, text: string, facts: Partial<InboundMessage> = {}): Promise<void> {
    const said = {
      id,
      address: GROUP,
      sender: ADA,
      text,
      attachments: [],
      isForBot: true,
      sentAtMs: 0,
      ...facts,
    };
    await this.#post("/lab/message", said);
  }

  async report(id: string, event: InboundEvent): Promise<void> {
    await this.#post("/lab/event", { id, event });
  }

  /** The gateway is gone by itself; it starts anew. */
  async rise(): Promise<void> {
    expect(await this.gateway.exited()).toBe(137);
    await this.start();
  }

  async #post(path: string, body: object): Promise<void> {
    const post = () =>
      fetch(this.gateway.url + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { authorization: `Bearer ${this.gateway.token}` },
      });
    const answer = await post().catch(async (error: unknown) => {
      expect(error).toBeInstanceOf(Error);
      await this.rise();
      return post();
    });
    expect(((await answer.json()) as { receipt: string }).receipt).toMatch(/recorded|duplicate/);
  }

  /** What people in the group have seen: the platform drops what it was sent twice. */
  get seen(): string[] {
    const lines = existsSync(this.#sent) ? readFileSync(this.#sent, "utf8").trim().split("\n") : [];
    const said = lines
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { nonce: string; text: string });
    return [...new Map(said.map(({ nonce, text }) => [nonce, text])).values()];
  }

  /** All that pi was asked. */
  get asked(): string[] {
    const folder = join(this.gateway.stateDir, "sessions");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
    const lines = files
      .filter((name) => name.endsWith(".jsonl"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
    return lines.flatMap((line) => {
      const { message } = JSON.parse(line || "{}") as Entry;
      return message?.role === "user" ? [message.content.map(({ text }) => text ?? "").join("")] : [];
    });
  }

  async until(what: string, isThere: () => boolean): Promise<void> {
    const late = AbortSignal.timeout(40_000);
    while (!isThere()) {
      if (late.aborted) throw new Error(`${what}: ${JSON.stringify([this.seen, this.asked])}`);
      await Bun.sleep(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway[Symbol.asyncDispose]();
  }
}

interface Entry {
  readonly message?: { readonly role: string; readonly content: readonly { readonly text?: string }[] };
}

const times = (text: string, inText: readonly string[]) => inText.join("\n").split(text).length - 1;

describe.each(["event.after-record", "event.before-act", "event.before-settle"])(
  "the gateway is killed at %s",
  (point) => {
    test("an edit is told with the next prompt, once", async () => {
      await using lab = await new Lab().start(point);
      await lab.ask("1", "Two plus two?");
      await lab.until("an answer", () => lab.seen.length === 1);
      const message = { address: GROUP, id: "1" };
      await lab.report("e", { kind: "edited", message, by: ADA, text: "Two plus three?", atMs: 1 });
      if (point !== "event.after-record") await lab.rise();
      await lab.report("e", { kind: "edited", message, by: ADA, text: "Two plus three?", atMs: 1 });
      await lab.ask("2", "And?");
      await lab.until("another answer", () => lab.seen.length === 2);
      await lab.ask("3", "So?");
      await lab.until("the last answer", () => lab.seen.length === 3);
      expect(lab.asked).toHaveLength(3);
      expect(times("Ada edited message 1, which now says: Two plus three?", lab.asked)).toBe(1);
    });

    test("a command on a button runs, and is answered once", async () => {
      await using lab = await new Lab().start(point);
      const press = {
        kind: "button",
        message: { address: GROUP, id: "m" },
        by: ADA,
        button: "/whoami",
      } as const;
      await lab.report("e", press);
      if (point !== "event.after-record") await lab.rise();
      await lab.report("e", press);
      await lab.ask("1", "Hello?");
      await lab.until("both answers", () => lab.seen.length >= 2);
      expect(lab.seen.filter((text) => text.includes("lab:ada"))).toHaveLength(1);
      expect(lab.seen).toHaveLength(2);
    });
  },
);

test.each(["inbox.after-record@2", "inbox.before-settle@2"])(
  "the gateway is killed at %s, between the pieces of a message: each is asked once, in order",
  async (point) => {
    await using lab = await new Lab().start(point);
    const part = { of: "paste", waitMs: 1000 };
    await lab.ask("1", "the first half ", { part });
    await lab.ask("2", "and the second half", { part: { ...part, waitMs: 0 } });
    if (point === "inbox.before-settle@2") await lab.rise();
    await lab.until("both to be asked", () => times("and the second half", lab.asked) > 0);
    await lab.until("an answer", () => times("and the second half", lab.seen) > 0);
    const asked = lab.asked.join("\n");
    expect([times("the first half", lab.asked), times("and the second half", lab.asked)]).toEqual([1, 1]);
    expect(asked.indexOf("the first half")).toBeLessThan(asked.indexOf("and the second half"));
  },
);
