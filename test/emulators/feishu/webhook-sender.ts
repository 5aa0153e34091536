import { createCipheriv, createHash } from "node:crypto";
import type { AppAccount } from "./app-account.ts";
import type { Outcome, Transport } from "./event-sender.ts";
import { hexOf } from "./ids.ts";
import type { World } from "./world.ts";

/** How a request to a request address differs from what the platform sends. */
export interface Manners {
  /** White space in the JSON where the platform has none, or has it elsewhere. */
  readonly hasOddSpaces?: boolean;
  /** `wrong` is signed with another key, `none` not at all. */
  readonly signature?: "right" | "wrong" | "none";
  /** When it says it was made; now by default. */
  readonly atMs?: number;
  /** Encrypts with another key than the app's. */
  readonly encryptKey?: string;
  /** Sends what is to be encrypted as it is. */
  readonly isPlain?: boolean;
}

export interface WebhookAnswer {
  readonly status: number;
  readonly body: string;
}

const ANSWER_MS = 3000;
const CHALLENGE_MS = 1000;

/** Sends what happens to the request addresses of apps, encrypted and signed as each has asked for. */
export class WebhookSender implements Transport {
  readonly #world: World;
  readonly #stop = new AbortController();
  #count = 0;
  /** How every request is from now on. */
  manners: Manners = {};

  constructor(world: World) {
    this.#world = world;
  }

  stop(): void {
    this.#stop.abort();
  }

  async push(app: AppAccount, body: object, kind: "event" | "card"): Promise<Outcome> {
    const answer = await this.#inTime(this.post(app, body, this.manners, kind), ANSWER_MS);
    if (answer?.status !== 200) return { isTaken: false };
    try {
      return { isTaken: true, answer: JSON.parse(answer.body) };
    } catch {
      // Whatever says 200 has taken the event; that an answer to a press is none shows in its being no JSON.
      return { isTaken: true, answer: answer.body };
    }
  }

  /** What happens when somebody enters the address in the console: true if it proves in time whose it is. */
  async verify(app: AppAccount): Promise<boolean> {
    const challenge = hexOf(`challenge ${this.#count++}`, 32);
    const body = { challenge, token: app.verificationToken, type: "url_verification" };
    const answer = await this.#inTime(this.post(app, body), CHALLENGE_MS);
    if (answer?.status !== 200) return false;
    try {
      const said: unknown = JSON.parse(answer.body);
      return typeof said === "object" && said !== null && "challenge" in said && said.challenge === challenge;
    } catch {
      // Anything else than JSON is no proof.
      return false;
    }
  }

  /** Sends one request, however badly made, and resolves to its answer; undefined if the connection broke. */
  async post(
    app: AppAccount,
    body: object,
    manners: Manners = {},
    kind: "event" | "card" = "event",
  ): Promise<WebhookAnswer | undefined> {
    const { webhook } = app;
    if (!webhook) throw new Error(`${app.name} has no request address`);
    const key = webhook.encryptKey;
    const isSecret = key !== undefined && kind === "event" && !manners.isPlain;
    const sent = isSecret ? { encrypt: encrypt(JSON.stringify(body), manners.encryptKey ?? key) } : body;
    const text = manners.hasOddSpaces ? oddly(sent) : JSON.stringify(sent);
    try {
      const response = await fetch(webhook.url, {
        method: "POST",
        headers: {
          "content-type": "application/json; charset=utf-8",
          ...this.#signed(app, text, manners, kind),
        },
        body: text,
        signal: this.#stop.signal,
      });
      return { status: response.status, body: await response.text() };
    } catch {
      // Nobody there, or the connection broke: the platform sees only that no answer came.
      return undefined;
    }
  }

  #signed(app: AppAccount, text: string, manners: Manners, kind: "event" | "card"): Record<string, string> {
    const key = kind === "card" ? app.verificationToken : app.webhook?.encryptKey;
    if (key === undefined || manners.signature === "none") return {};
    const timestamp = String(Math.floor((manners.atMs ?? this.#world.clock.now()) / 1000));
    const nonce = String(this.#count++);
    const signed = createHash(kind === "card" ? "sha1" : "sha256")
      .update(timestamp + nonce + (manners.signature === "wrong" ? `${key}x` : key) + text)
      .digest("hex");
    return {
      "x-lark-request-timestamp": timestamp,
      "x-lark-request-nonce": nonce,
      "x-lark-signature": signed,
    };
  }

  async #inTime<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
    const patience = new AbortController();
    const late = this.#world.clock.sleep(ms, patience.signal).then(() => undefined);
    const first = await Promise.race([answer, late]);
    patience.abort();
    return first;
  }
}

/** AES-256 in CBC mode with the hash of the key, the first block in front. */
function encrypt(text: string, key: string): string {
  const start = createHash("md5").update(text).digest();
  const cipher = createCipheriv("aes-256-cbc", createHash("sha256").update(key).digest(), start);
  return Buffer.concat([start, cipher.update(text, "utf8"), cipher.final()]).toString("base64");
}

/** The same JSON, written as nobody writes it. */
function oddly(value: object): string {
  return ` ${JSON.stringify(value, undefined, "\t")}\r\n`;
}
