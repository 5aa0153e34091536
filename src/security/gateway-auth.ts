import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { ConfigError, RequestError } from "../core/errors.ts";
import { type AttemptLimits, Attempts } from "./attempts.ts";

/** Who asks: somebody with the gateway's own credential, or somebody who may only chat from the page. */
export type Principal = { readonly kind: "admin" } | { readonly kind: "browser" };

/** How one kind of client proves itself. */
export type Credential =
  { readonly mode: "off" } | { readonly mode: "token" | "password"; readonly secret: string };

export interface AuthSettings {
  /** Whoever has it may do everything. */
  readonly gateway: Credential;
  /** Whoever has it may chat in conversations of the page, and nothing else. Absent: only `gateway` counts. */
  readonly browser?: Credential | undefined;
}

/** What a credential has opened. Stays good until the credential is changed. */
export interface Grant {
  readonly principal: Principal;
  /** Fingerprint of the credential; says nothing about it outside this process. */
  readonly proof: string;
}

/** An `auth` section of the configuration. */
export interface AuthSection {
  readonly mode: "off" | "token" | "password";
  readonly token?: string | undefined;
  readonly password?: string | undefined;
}

/** The credential that an `auth` section asks for; `generated` stands in for a token left out. */
export function credentialOf(auth: AuthSection, generated: string, path = "gateway.auth"): Credential {
  if (auth.mode === "off") return { mode: "off" };
  if (auth.mode === "token") return { mode: "token", secret: auth.token ?? generated };
  if (auth.password === undefined || auth.password === "") {
    throw new ConfigError([`${path}.password: required when ${path}.mode is "password"`]);
  }
  return { mode: "password", secret: auth.password };
}

interface GatewayAuthParts {
  /** Read at each use, so that a reload takes effect at once. */
  readonly settings: () => AuthSettings;
  readonly clock: Pick<Clock, "now">;
  readonly limits?: Partial<AttemptLimits>;
}

/** Decides who a client is. The same for HTTP and WebSocket; compares in constant time. */
export class GatewayAuth {
  readonly #settings: () => AuthSettings;
  readonly #attempts: Attempts;
  readonly #key = randomBytes(32);

  constructor({ settings, clock, limits }: GatewayAuthParts) {
    this.#settings = settings;
    this.#attempts = new Attempts(clock, limits);
  }

  get mode(): Credential["mode"] {
    return this.#settings().gateway.mode;
  }

  /** What somebody without a credential may be; undefined if nothing. */
  anonymous(): Grant | undefined {
    const { gateway, browser } = this.#settings();
    if (gateway.mode === "off") return { principal: { kind: "admin" }, proof: OPEN };
    if (browser?.mode === "off") return { principal: { kind: "browser" }, proof: OPEN };
    return undefined;
  }

  /** Who has `secret`. Rejects a wrong one, and everything for a while after too many wrong ones. */
  check(secret: string, remote: string): Grant {
    const { gateway, browser } = this.#settings();
    if (gateway.mode === "off") return { principal: { kind: "admin" }, proof: OPEN };
    this.#refuseGuessing(remote);
    const offered = this.#print(secret);
    const isAdmin = this.#matches(gateway, offered);
    const isBrowser = browser !== undefined && this.#matches(browser, offered);
    if (isAdmin || isBrowser) {
      return { principal: { kind: isAdmin ? "admin" : "browser" }, proof: offered.toString("hex") };
    }
    this.#attempts.noteFailure(remote);
    throw new RequestError("UNAUTHORIZED", `Wrong ${gateway.mode}. ${whereItIs(gateway.mode)}`);
  }

  /** Who sent this `Authorization` header; without one: {@link anonymous}. */
  checkHeader(header: string | null, remote: string): Grant | undefined {
    if (header === null) return this.anonymous();
    const secret = /^bearer +(\S.*)$/i.exec(header)?.[1]?.trim();
    if (secret !== undefined) return this.check(secret, remote);
    throw new RequestError("UNAUTHORIZED", "The Authorization header must read: Bearer <token>.");
  }

  /** False once the credential behind `grant` is no longer the one that counts. */
  stillHolds(grant: Grant): boolean {
    const { gateway, browser } = this.#settings();
    const credential = grant.principal.kind === "admin" ? gateway : browser;
    if (!credential) return false;
    const proof = credential.mode === "off" ? OPEN : this.#print(credential.secret).toString("hex");
    return proof === grant.proof;
  }

  /** The sentence for somebody who came without a credential. */
  get missing(): string {
    return `A ${this.mode} is needed. ${whereItIs(this.mode)}`;
  }

  #refuseGuessing(remote: string): void {
    const waitMs = this.#attempts.waitMs(remote);
    if (waitMs === 0) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new RequestError(
      "RATE_LIMITED",
      `Too many wrong credentials from here. Try again in ${seconds} s.`,
      { retry: { afterMs: waitMs } },
    );
  }

  #matches(credential: Credential, offered: Buffer): boolean {
    if (credential.mode === "off" || credential.secret === "") return false;
    return timingSafeEqual(this.#print(credential.secret), offered);
  }

  // Prints have one length whatever the secret's, so comparing them tells nothing about it.
  #print(secret: string): Buffer {
    return createHmac("sha256", this.#key).update(secret).digest();
  }
}

const OPEN = "open";

function whereItIs(mode: Credential["mode"]): string {
  return mode === "password"
    ? "It is gateway.auth.password in the configuration."
    : "On the gateway's machine `pi-gw token show` prints it.";
}
