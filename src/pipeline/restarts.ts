import type { RestartAsker, RestartPlan } from "../core/control.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { StateLedger } from "../core/store.ts";
import type { Logger } from "../lib/logger.ts";
import type { Service } from "../lib/service.ts";
import type { Posting } from "./post.ts";
import type { Sentences } from "./sentences.ts";

export interface RestartDeps {
  readonly state: StateLedger;
  /** Resolves once the turn that runs in a session has ended; undefined if none runs. */
  readonly turnEnd: (session: SessionKey) => Promise<void> | undefined;
  readonly post: (posting: Posting) => Promise<boolean>;
  readonly sentences: () => Sentences;
  /** Starts the process anew, soon; undefined where nobody can. */
  readonly restart: (() => void) | undefined;
  readonly log: Logger;
}

const PLACE = "gateway/restart";

/**
 * Restarts that somebody asks for in a chat. Who asked is on disk before anything ends, so that the chat hears of
 * it once the gateway is back, whatever happens in between; and hears it once.
 */
export class Restarts implements Service {
  readonly name = "restarts";
  readonly #deps: RestartDeps;
  #isPlanned = false;

  constructor(deps: RestartDeps) {
    this.#deps = deps;
  }

  /** Says in the chat that asked that the gateway is back. */
  async start(): Promise<void> {
    const { state, post, sentences, log } = this.#deps;
    const noted = await state.get(PLACE, "asked");
    if (!noted) return;
    const { id, session, chat }: RestartAsker = JSON.parse(noted);
    try {
      const message = { kind: "text", markdown: sentences().restarted } as const;
      await post({ to: chat, session, message, key: `restart/${id}` });
    } catch (error) {
      log.warn({ error, session }, "the chat that asked for the restart cannot be told that it is done");
    }
    // The sentence has its own key, so saying it again after a crash in between says nothing.
    await state.set(PLACE, "done", id);
    await state.set(PLACE, "asked", "");
  }

  async stop(): Promise<void> {}

  /** See `GatewayControl.restart`. */
  async ask(asker: RestartAsker): Promise<RestartPlan> {
    const { state, restart, log } = this.#deps;
    if (!restart) return "impossible";
    if ((await state.get(PLACE, "done")) === asker.id) return "done";
    await state.set(PLACE, "asked", JSON.stringify(asker));
    log.info({ session: asker.session }, "a restart was asked for, it comes when the turn has ended");
    // Never rejects, and the restart ends whoever would wait for it.
    if (!this.#isPlanned) void this.#restartAfter(asker.session, restart);
    this.#isPlanned = true;
    return "planned";
  }

  /** Never rejects, as the end of a turn never does. */
  async #restartAfter(session: SessionKey, restart: () => void): Promise<void> {
    await this.#deps.turnEnd(session);
    restart();
  }
}
