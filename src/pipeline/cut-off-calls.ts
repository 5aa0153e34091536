import type { Agent } from "../core/agent.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { Delivery, DeliveryKey, OutboxLedger, SaidByTool, Turn } from "../core/store.ts";

export interface CutOffDeps {
  readonly outbox: Pick<OutboxLedger, "saidByTools">;
  readonly turn: (session: SessionKey) => Turn | undefined;
  readonly agent: (session: SessionKey) => Pick<Agent, "transcriptAfter"> | undefined;
}

/** What one interrupted call had posted, part by part. */
type Call = readonly SaidByTool[];

/**
 * What tool calls had posted when a crash cut them off: pi never learned of it, so its model may well make the same
 * call again, under another id. Such a call takes over what is there instead of saying it twice.
 */
export class CutOffCalls {
  readonly #deps: CutOffDeps;
  /** By the turn as this attempt has claimed it. */
  readonly #ofTurn = new WeakMap<Turn, Promise<Set<Call>>>();

  constructor(deps: CutOffDeps) {
    this.#deps = deps;
  }

  /** The key under which exactly this was said already, once for each time it was. */
  async adopt(session: SessionKey, parts: readonly Delivery[]): Promise<DeliveryKey | undefined> {
    const turn = this.#deps.turn(session);
    if (turn?.prompted === undefined) return undefined;
    const known = this.#ofTurn.get(turn) ?? this.#cutOff(turn);
    this.#ofTurn.set(turn, known);
    const calls = await known;
    const same = [...calls].find((call) => isSame(call, parts));
    if (!same) return undefined;
    calls.delete(same);
    return same[0]?.key;
  }

  async #cutOff(turn: Turn): Promise<Set<Call>> {
    const prefix = `${turn.id}/tool/`;
    const said = await this.#deps.outbox.saidByTools(turn.id);
    if (said.length === 0) return new Set();
    const entries = await this.#deps.agent(turn.session)?.transcriptAfter(turn.prompted?.position);
    const answered = (entries ?? []).flatMap(({ toolCallId }) =>
      toolCallId === undefined ? [] : [toolCallId],
    );
    const isAnswered = (key: DeliveryKey) =>
      answered.some((id) => key === prefix + id || key.startsWith(`${prefix}${id}/`));
    const calls: SaidByTool[][] = [];
    for (const one of said.filter(({ key }) => !isAnswered(key))) {
      const first = calls.at(-1)?.[0];
      if (first && one.key.startsWith(`${first.key}/`)) calls.at(-1)?.push(one);
      else calls.push([one]);
    }
    return new Set(calls);
  }
}

function isSame(call: Call, parts: readonly Delivery[]): boolean {
  const facts = (all: readonly Pick<Delivery, "to" | "message">[]) =>
    all.map(({ to, message }) => ({ to, message }));
  return Bun.deepEquals(facts(call), facts(parts));
}
