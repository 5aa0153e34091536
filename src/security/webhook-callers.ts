import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Config } from "../core/config-schema.ts";
import { RequestError } from "../core/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { RateLimit } from "../lib/rate-limit.ts";
import type { Service } from "../lib/service.ts";
import { type AttemptLimits, Attempts } from "./attempts.ts";
import type { AuthSettings } from "./gateway-auth.ts";
import { loadOrCreateToken } from "./token-file.ts";
import { signatureProblem } from "./webhook-signature.ts";

type Hooks = Config["hooks"];

export interface WebhookCallersParts {
  /** Where the token is kept that is made when none is configured. */
  readonly tokenFile: string;
  /** Read at each use, so that a reload takes effect at once. */
  readonly hooks: () => Hooks;
  /** What opens other doors, and must not open this one. */
  readonly others: () => AuthSettings;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
  readonly limits?: Partial<AttemptLimits>;
}

/** One request, as far as it tells who sent it. */
export interface WebhookRequest {
  /** The last part of its address. */
  readonly address: string;
  readonly headers: Pick<Headers, "get">;
  readonly remote: string;
}

/** Decides who may call a webhook, and how often. */
export class WebhookCallers implements Service {
  readonly name = "webhook callers";
  readonly #parts: WebhookCallersParts;
  readonly #attempts: Attempts;
  readonly #rate: RateLimit;
  readonly #key = randomBytes(32);
  #generated = "";
  #said: string | undefined;

  constructor(parts: WebhookCallersParts) {
    this.#parts = parts;
    this.#attempts = new Attempts(parts.clock, parts.limits);
    this.#rate = new RateLimit(() => parts.hooks().rateLimit, parts.clock);
  }

  /** Makes the token where one is needed and none is configured: at the start, and after a change. */
  async start(): Promise<void> {
    const { enabled, token } = this.#parts.hooks();
    if (enabled && token === undefined) this.#generated = await loadOrCreateToken(this.#parts.tokenFile);
    const problem = this.problem;
    if (problem !== undefined && problem !== this.#said) this.#parts.log.error({}, problem);
    this.#said = problem;
  }

  async stop(): Promise<void> {}

  /** Why webhooks are not served although they are switched on; undefined if they are. */
  get problem(): string | undefined {
    const hooks = this.#parts.hooks();
    return hooks.enabled
      ? sharedTokenProblem({ ...hooks, token: this.#token }, this.#parts.others())
      : undefined;
  }

  /** What stands in no file of the configuration, by the path it would have. */
  get generated(): Readonly<Record<string, string>> {
    const { enabled, token } = this.#parts.hooks();
    return enabled && token === undefined && this.#generated !== "" ? { "hooks.token": this.#generated } : {};
  }

  /** Whether whoever calls this address signs what it sends: then only its body tells who it is. */
  isSigned(address: string): boolean {
    return this.#mapping(address)?.signature !== undefined;
  }

  /** Lets in whoever shows the token of the address. Throws `RequestError` for everybody else. */
  checkToken({ address, headers, remote }: WebhookRequest): void {
    this.#refuseGuessing(remote);
    const offered = tokenIn(headers);
    const mapping = this.#mapping(address);
    const expected = mapping?.token ?? this.#token;
    if (offered !== undefined && expected !== "" && this.#isSame(offered, expected)) return;
    if (offered === undefined) {
      throw new RequestError(
        "UNAUTHORIZED",
        "A webhook needs its token: send the header Authorization: Bearer <hooks.token>, or X-Pi-Gateway-Token.",
      );
    }
    this.#attempts.noteFailure(remote);
    throw new RequestError(
      "UNAUTHORIZED",
      "Wrong token. It is hooks.token in the configuration; `pi-gw token show --hooks` prints it.",
    );
  }

  /** Believes a body that is signed as the address asks. A signature cannot be guessed, so nobody is locked out. */
  checkSignature({ address, headers }: WebhookRequest, body: Uint8Array): void {
    const rule = this.#mapping(address)?.signature;
    const problem = rule && signatureProblem(rule, headers, body, this.#parts.clock.now());
    if (problem !== undefined) throw new RequestError("UNAUTHORIZED", problem);
  }

  /** Counts a request of somebody who was let in. Throws when it comes too soon. */
  countRequest({ address, remote }: WebhookRequest): void {
    const mapping = this.#mapping(address);
    const credential = mapping?.token === undefined && mapping?.signature === undefined ? "" : address;
    const waitMs = this.#rate.take(`${credential}/${remote}`);
    if (waitMs === 0) return;
    throw new RequestError(
      "RATE_LIMITED",
      `Too many requests; hooks.rateLimit says how many may come. Try again in ${Math.ceil(waitMs / 1000)} s.`,
      { retry: { afterMs: waitMs } },
    );
  }

  #refuseGuessing(remote: string): void {
    const waitMs = this.#attempts.waitMs(remote);
    if (waitMs === 0) return;
    throw new RequestError(
      "RATE_LIMITED",
      `Too many wrong tokens from here. Try again in ${Math.ceil(waitMs / 1000)} s.`,
      { retry: { afterMs: waitMs } },
    );
  }

  get #token(): string {
    return this.#parts.hooks().token ?? this.#generated;
  }

  #mapping(address: string): Hooks["mappings"][string] | undefined {
    const { mappings } = this.#parts.hooks();
    const mapping = Object.hasOwn(mappings, address) ? mappings[address] : undefined;
    return mapping?.enabled ? mapping : undefined;
  }

  // Prints have one length whatever the token's, so comparing them tells nothing about it.
  #isSame(offered: string, expected: string): boolean {
    const print = (secret: string) => createHmac("sha256", this.#key).update(secret).digest();
    return timingSafeEqual(print(offered), print(expected));
  }
}

/** Why the tokens of webhooks cannot be used, in one sentence: one of them also opens more than webhooks. */
export function sharedTokenProblem(
  { token, mappings }: Pick<Hooks, "token" | "mappings">,
  { gateway, browser }: AuthSettings,
): string | undefined {
  const isOf = (credential: AuthSettings["browser"], offered: string) =>
    credential !== undefined && credential.mode !== "off" && credential.secret === offered;
  const others = Object.entries(mappings).map(
    ([name, mapping]) => [`hooks.mappings.${name}.token`, mapping.token] as const,
  );
  for (const [path, offered] of [["hooks.token", token] as const, ...others]) {
    if (offered === undefined || offered === "") continue;
    const isGateways = isOf(gateway, offered);
    if (!isGateways && !isOf(browser, offered)) continue;
    const what = isGateways ? "the gateway's own credential" : "the page's credential";
    return `Webhooks are not served: ${path} is ${what}, and who may call a webhook must not get more than that. Choose another, or leave it out: hooks.token is made then.`;
  }
  return undefined;
}

/** The token in a request's header; undefined without one. */
function tokenIn(headers: Pick<Headers, "get">): string | undefined {
  const bearer = /^bearer +(\S.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
  const token = bearer ?? headers.get("x-pi-gateway-token") ?? headers.get("x-openclaw-token");
  return token === null || token.trim() === "" ? undefined : token.trim();
}
