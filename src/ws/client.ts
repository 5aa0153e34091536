import { z } from "zod";
import { RequestError } from "../core/errors.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Logger } from "../lib/logger.ts";
import type { GatewayAuth, Grant } from "../security/gateway-auth.ts";
import type { Conversation } from "./conversation.ts";
import { failureOf } from "./failure.ts";
import type { Watcher } from "./feed.ts";
import {
  failureFrame,
  FrameError,
  parseRequest,
  type ReplyTo,
  type RequestFrame,
  resultFrame,
} from "./frames.ts";
import { checked, type MethodCall, type MethodClient, type MethodTable } from "./methods.ts";
import { Outflow, type Wire } from "./outflow.ts";
import type { ReadUpTo, SessionFeed, Subscribed } from "./session-feed.ts";

/** Why we close a socket; the 4000s are ours. */
export const CLOSE = {
  goingAway: 1001,
  unsupported: 1003,
  policy: 1008,
  tooBig: 1009,
  tooSlow: 1013,
  unauthorized: 4401,
  rateLimited: 4429,
} as const;

export interface ClientLimits {
  /** Requests of one client at work at once, and the characters in them. */
  readonly inFlight: number;
  readonly inFlightSize: number;
  /** Characters that may wait for a client that does not read. */
  readonly maxWaiting: number;
  /** Sessions that one client may follow. */
  readonly followed: number;
  /** Frames that are no request, until the socket is closed. */
  readonly brokenFrames: number;
  /** Longest frame before the client has connected. */
  readonly helloSize: number;
}

/** What clients share. */
export interface ClientParts {
  readonly auth: GatewayAuth;
  readonly methods: MethodTable;
  readonly feed: SessionFeed;
  readonly log: Logger;
  readonly limits: ClientLimits;
  /** What a client is told when it connects. */
  readonly welcome: (grant: Grant) => unknown;
}

export interface ClientSocket extends Wire {
  pause(): void;
  resume(): void;
}

const connectSchema = z.looseObject({
  auth: z.looseObject({ token: z.string().optional(), password: z.string().optional() }).optional(),
  protocol: z.number().optional(),
});

/** The version of the frames that we speak. */
export const PROTOCOL = 1;

/** A session that a client follows, and who is told on its behalf. */
interface Followed {
  readonly session: SessionKey;
  readonly watcher: Watcher;
}

/** One client on the socket: what it may do, what it asked, what it follows. */
export class Client implements MethodClient {
  readonly id: string;
  readonly #outflow: Outflow;
  readonly #parts: ClientParts;
  readonly #socket: ClientSocket;
  readonly #remote: string;
  /** By the name that the client has for it. */
  readonly #followed = new Map<SessionKey, Followed>();
  readonly #calls = new Set<Promise<void>>();
  #grant: Grant | undefined;
  #inFlightSize = 0;
  #brokenFrames = 0;
  #isPaused = false;
  #isClosed = false;

  constructor(
    id: string,
    socket: ClientSocket,
    from: { readonly remote: string; readonly grant: Grant | undefined },
    parts: ClientParts,
  ) {
    this.id = id;
    this.#socket = socket;
    this.#remote = from.remote;
    this.#grant = from.grant;
    this.#parts = parts;
    this.#outflow = new Outflow({
      wire: socket,
      snapshot: (named) => {
        const { session = named } = this.#followed.get(named) ?? {};
        const frame = parts.feed.snapshot(session);
        return frame === undefined ? undefined : renamed(frame, session, named);
      },
      onOverflow: () => this.close(CLOSE.tooSlow, "too slow: more is waiting than may wait"),
      maxWaiting: parts.limits.maxWaiting,
    });
  }

  get grant(): Grant | undefined {
    return this.#grant;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes one frame. Never throws; answers in its own time. */
  receive(message: string | Uint8Array): void {
    if (this.#isClosed) return;
    if (typeof message !== "string") {
      this.#refuse(new FrameError("Frames are text, not binary."));
      return this.close(CLOSE.unsupported, "binary frames are not understood");
    }
    if (!this.#grant && message.length > this.#parts.limits.helloSize) {
      this.#refuse(new RequestError("TOO_LARGE", "The first frame must be connect, and short."));
      return this.close(CLOSE.tooBig, "the first frame must be connect, and short");
    }
    const frame = this.#parse(message);
    if (!frame) return;
    const call = this.#answer(frame, message.length).finally(() => {
      this.#calls.delete(call);
      this.#pace();
    });
    this.#calls.add(call);
    this.#pace();
  }

  /** The socket can take more. */
  drained(): void {
    if (!this.#isClosed) this.#outflow.drained();
  }

  /** Closes the socket if the credential that opened it is no longer the one that counts. */
  recheck(): void {
    if (this.#grant && !this.#parts.auth.stillHolds(this.#grant)) {
      this.close(CLOSE.unauthorized, "the credential has changed");
    }
  }

  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#socket.close(code, reason);
    this.left();
  }

  /** Notes that the socket is gone: follows nothing any more. */
  left(): void {
    this.#isClosed = true;
    for (const { session, watcher } of this.#followed.values())
      this.#parts.feed.unsubscribe(session, watcher);
    this.#followed.clear();
  }

  /** Resolves once everything asked so far has been answered. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }

  isFollowing({ named, session }: Conversation): boolean {
    return this.#followed.get(named)?.session === session;
  }

  follow({ named, session }: Conversation, since?: ReadUpTo): Subscribed {
    const most = this.#parts.limits.followed;
    if (this.#isClosed) throw new RequestError("UNAVAILABLE", "The socket is closed.");
    const known = this.#followed.get(named);
    if (!known && this.#followed.size >= most) {
      throw new RequestError("BUSY", `A client can follow ${most} sessions; leave one: chat.unsubscribe.`);
    }
    // After a change of the configuration the conversation may go on in another session.
    if (known && known.session !== session) this.#parts.feed.unsubscribe(known.session, known.watcher);
    const followed =
      known?.session === session ? known : { session, watcher: this.#watcherOf(named, session) };
    this.#followed.set(named, followed);
    return this.#parts.feed.subscribe(session, followed.watcher, since);
  }

  unfollow(named: SessionKey): void {
    const known = this.#followed.get(named);
    if (!known) return;
    this.#followed.delete(named);
    this.#parts.feed.unsubscribe(known.session, known.watcher);
    this.#outflow.forget(named);
  }

  #watcherOf(named: SessionKey, session: SessionKey): Watcher {
    if (named === session) return this.#outflow;
    return {
      push: (_session, frame, worth) => this.#outflow.push(named, renamed(frame, session, named), worth),
    };
  }

  #parse(message: string): RequestFrame | undefined {
    try {
      return parseRequest(message);
    } catch (error) {
      this.#refuse(error);
      this.#brokenFrames += 1;
      if (this.#brokenFrames >= this.#parts.limits.brokenFrames) {
        this.close(CLOSE.policy, "too many frames that are no request");
      }
      return undefined;
    }
  }

  #refuse(error: unknown, to: ReplyTo = error instanceof FrameError ? error.replyTo : {}): void {
    if (!this.#isClosed) this.#outflow.answer(failureFrame(to, failureOf(error, this.#parts.log)));
  }

  /** Runs one request and answers it. Never rejects. */
  async #answer(frame: RequestFrame, size: number): Promise<void> {
    const held: SessionKey[] = [];
    this.#inFlightSize += size;
    try {
      const result = await this.#run(frame, held);
      const answer = resultFrame(frame, result);
      if (!this.#isClosed) this.#outflow.answer(answer);
    } catch (error) {
      this.#refuse(error, frame);
      this.#endIfRejected(frame, error);
    } finally {
      this.#inFlightSize -= size;
      for (const session of held) this.#outflow.release(session);
    }
  }

  async #run(frame: RequestFrame, held: SessionKey[]): Promise<unknown> {
    if (frame.method === "connect") return this.#connect(frame.params);
    const { auth, limits, methods } = this.#parts;
    if (!this.#grant) {
      const form = `{"method":"connect","params":{"auth":{"${auth.mode}":"…"}}}`;
      throw new RequestError(
        "UNAUTHORIZED",
        `This socket is not connected. Send ${form} first. ${auth.missing}`,
      );
    }
    if (this.#calls.size > 4 * limits.inFlight) {
      throw new RequestError("BUSY", "Too many requests at once.", { retry: { afterMs: 100 } });
    }
    const call: MethodCall = {
      principal: this.#grant.principal,
      client: this,
      holdUntilAnswered: (session) => {
        held.push(session);
        this.#outflow.hold(session);
      },
    };
    return methods.call(frame.method, frame.params, call);
  }

  #connect(params: unknown): unknown {
    const { auth, protocol } = checked(connectSchema, params, "connect");
    if (protocol !== undefined && protocol !== PROTOCOL) {
      throw new RequestError("BAD_REQUEST", `connect: protocol: this gateway speaks ${PROTOCOL}`);
    }
    const secret = auth?.token ?? auth?.password;
    const before = this.#grant;
    const grant =
      secret === undefined
        ? (before ?? this.#parts.auth.anonymous())
        : this.#parts.auth.check(secret, this.#remote);
    if (!grant) throw new RequestError("UNAUTHORIZED", `connect: ${this.#parts.auth.missing}`);
    this.#grant = grant;
    // What somebody else was allowed to follow is not this one's.
    if (before && before.proof !== grant.proof)
      for (const named of this.#followed.keys()) this.unfollow(named);
    return this.#parts.welcome(grant);
  }

  #endIfRejected(frame: RequestFrame, error: unknown): void {
    if (frame.method !== "connect" || !(error instanceof RequestError)) return;
    if (error.code === "RATE_LIMITED") this.close(CLOSE.rateLimited, "too many wrong credentials");
    // Without a grant the deadline ends the socket: connecting with a credential may still follow.
    const offered = connectSchema.safeParse(frame.params).data?.auth;
    const isWrong = error.code === "UNAUTHORIZED" && (offered?.token ?? offered?.password) !== undefined;
    if (isWrong) this.close(CLOSE.unauthorized, "wrong credential");
  }

  /** Stops reading from a client with too much at work, and goes on when half of it is done. */
  #pace(): void {
    if (this.#isClosed) return;
    const { inFlight, inFlightSize } = this.#parts.limits;
    const load = Math.max(this.#calls.size / inFlight, this.#inFlightSize / inFlightSize);
    if (!this.#isPaused && load >= 1) {
      this.#isPaused = true;
      this.#socket.pause();
    } else if (this.#isPaused && load < 0.5) {
      this.#isPaused = false;
      this.#socket.resume();
    }
  }
}

/** A frame of `session`, as a client knows it that calls it `named`. Its key stands before anything people wrote. */
function renamed(frame: string, session: SessionKey, named: SessionKey): string {
  if (session === named) return frame;
  return frame.replace(
    `"sessionKey":${JSON.stringify(session)}`,
    () => `"sessionKey":${JSON.stringify(named)}`,
  );
}
