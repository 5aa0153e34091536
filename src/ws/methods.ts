import { z } from "zod";
import { NameTakenError, RequestError } from "../core/errors.ts";
import { nearest } from "../lib/nearest.ts";
import type { Principal } from "../security/gateway-auth.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Conversation } from "./conversation.ts";
import type { ReadUpTo, Subscribed } from "./session-feed.ts";

/** Who calls, and what a method may do with the caller's socket. */
export interface MethodCall {
  readonly principal: Principal;
  readonly client: MethodClient;
  /** Keeps the frames of `session` back until this call has been answered: the answer is what names it. */
  holdUntilAnswered(session: SessionKey): void;
}

/** One connected client, as methods see it. */
export interface MethodClient {
  isFollowing(conversation: Conversation): boolean;
  /**
   * Pushes the frames of the session from now on, under the name that the client has for it, and what came after
   * `since`. Throws when it follows too many.
   */
  follow(conversation: Conversation, since?: ReadUpTo): Subscribed;
  unfollow(named: SessionKey): void;
}

/** Something clients may call over the socket. */
export interface Method<P> {
  /** `browser`: also for clients that may only chat; the method itself sees to it that they stay in their own. */
  readonly access: "admin" | "browser";
  /** Checks the parameters before `run`; {@link anyParams} lets all through. */
  readonly params: z.ZodType<P>;
  run(params: P, call: MethodCall): unknown;
}

/** Parameters of any kind. */
export const anyParams = z.record(z.string(), z.unknown());

interface Entry {
  readonly access: Method<unknown>["access"];
  readonly start: (params: unknown, call: MethodCall) => unknown;
}

/** The methods there are. Names come and go while the gateway runs. */
export class MethodTable {
  readonly #methods = new Map<string, Entry>();

  get names(): readonly string[] {
    return [...this.#methods.keys()].toSorted();
  }

  /** Adds a method until the result is disposed. Throws {@link NameTakenError}. */
  register<P>(name: string, method: Method<P>): Disposable {
    if (name === "connect" || this.#methods.has(name)) {
      throw new NameTakenError(`the method ${name} is registered already`);
    }
    const entry: Entry = {
      access: method.access,
      start: (params, call) => method.run(checked(method.params, params, name), call),
    };
    this.#methods.set(name, entry);
    return {
      [Symbol.dispose]: () => {
        if (this.#methods.get(name) === entry) this.#methods.delete(name);
      },
    };
  }

  /** Runs a method. Rejects with `RequestError` for an unknown name, wrong parameters, or a caller that may not. */
  async call(name: string, params: unknown, call: MethodCall): Promise<unknown> {
    const method = this.#methods.get(name);
    if (!method) throw this.#unknown(name);
    if (method.access === "admin" && call.principal.kind !== "admin") {
      throw new RequestError("FORBIDDEN", `${name} needs the gateway's own credential.`);
    }
    return method.start(params, call);
  }

  #unknown(name: string): RequestError {
    const close = nearest(name, ["connect", ...this.#methods.keys()]);
    const hint = close === undefined ? `There are: ${this.names.join(", ")}.` : `Did you mean ${close}?`;
    return new RequestError("UNKNOWN_METHOD", `There is no method "${name.slice(0, 100)}". ${hint}`);
  }
}

/** `params` as `schema` has them. Throws `RequestError` with the first wrong field and what was expected. */
export function checked<P>(schema: z.ZodType<P>, params: unknown, method: string): P {
  const result = schema.safeParse(params ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue?.path.map(String).join(".") || "params";
  const expected = issue?.message.replace(/^Invalid input: /, "") ?? "not understood";
  throw new RequestError("BAD_REQUEST", `${method}: ${field}: ${expected}`);
}
