import { randomBytes } from "node:crypto";
import { hexOf } from "./ids.ts";
import { ALL_EVENTS, ALL_SCOPES } from "./scopes.ts";

/** Where events are sent to when they do not go over the long connection. */
export interface WebhookFacts {
  readonly url: string;
  readonly encryptKey?: string;
  readonly verificationToken?: string;
}

export interface AppOptions {
  readonly name: string;
  readonly appId?: string;
  readonly appSecret?: string;
  /** What the app may do; everything by default. */
  readonly scopes?: readonly string[];
  /** The events it has subscribed to; all by default. */
  readonly subscriptions?: readonly string[];
  /** Set for an app that has chosen a request address instead of the long connection. */
  readonly webhook?: WebhookFacts;
}

/** How an event is cut into frames of the long connection. */
export interface Fragmentation {
  readonly bytes: number;
  readonly order: "forward" | "backward" | "shuffled";
}

interface Token {
  readonly text: string;
  readonly untilMs: number;
}

const TOKEN_LIFE_MS = 7_200_000;
/** A token that lives at least this long is handed out again. */
const TOKEN_REUSE_MS = 1_800_000;

/** One app of the developer console, with its bot. */
export class AppAccount {
  readonly kind = "app";
  readonly appId: string;
  readonly name: string;
  readonly unionId: string;
  /** Another one makes every client that has the old one fail. */
  appSecret: string;
  readonly scopes: Set<string>;
  readonly subscriptions: Set<string>;
  webhook: WebhookFacts | undefined;
  /** What `header.token` of each event says. */
  readonly verificationToken: string;
  /** False while no version of the app is published: no long connection, no bot. */
  isPublished = true;
  /** In which form presses on its cards are told. */
  cardShape: "v1" | "v2" = "v2";
  fragmentation: Fragmentation | undefined;
  #tokens: Token[] = [];
  #made = 0;

  constructor(number: number, options: AppOptions) {
    // As in life, no two apps are called the same: clients keep tokens by it, also from one test to the next.
    this.appId = options.appId ?? `cli_${randomBytes(8).toString("hex")}`;
    this.appSecret = options.appSecret ?? hexOf(`secret ${number}`, 32);
    this.name = options.name;
    this.unionId = `on_${hexOf(`bot ${number}`, 32)}`;
    this.scopes = new Set(options.scopes ?? ALL_SCOPES);
    this.subscriptions = new Set(options.subscriptions ?? ALL_EVENTS);
    this.webhook = options.webhook;
    this.verificationToken = options.webhook?.verificationToken ?? hexOf(`verification ${number}`, 32);
  }

  /** What another app knows this one's bot by. */
  openIdIn(app: AppAccount): string {
    return `ou_${hexOf(`${this.unionId} ${app.appId}`, 32)}`;
  }

  get openId(): string {
    return this.openIdIn(this);
  }

  /** The token for the app's calls: the last one as long as it lives for half an hour, otherwise another beside it. */
  takeToken(nowMs: number): Token {
    this.#tokens = this.#tokens.filter(({ untilMs }) => untilMs > nowMs);
    const last = this.#tokens.at(-1);
    if (last && last.untilMs - nowMs >= TOKEN_REUSE_MS) return last;
    const text = `t-${hexOf(`${this.appId} ${this.#made++}`, 42)}`;
    const token = { text, untilMs: nowMs + TOKEN_LIFE_MS };
    this.#tokens.push(token);
    return token;
  }

  hasToken(text: string, nowMs: number): boolean {
    return this.#tokens.some((token) => token.text === text && token.untilMs > nowMs);
  }

  /** Makes every token worthless before its time. */
  revokeTokens(): void {
    this.#tokens = [];
  }
}
