import { nearest } from "../lib/nearest.ts";
import type { ProfileSource } from "./launch-profile.ts";
import { chainOf, isDemo, type ModelChoice, nameOf, resolveModel, thinkingLevelsOf } from "./model-choice.ts";
import type { ModelFailover, ModelState } from "./model-failover.ts";
import type { Session } from "./session.ts";

/** The models that people can choose among. */
export interface ModelCatalog {
  /** Every model that pi has credentials for, as `provider/id`; empty before the first pi is up. */
  list(): readonly string[];
  /** The model that `name` means, or the names that are most like it. */
  resolve(name: string): { readonly id: string } | { readonly nearest: readonly string[] };
  /** What would answer the next message of the session; undefined before the first pi is up. */
  currentOf(session: Pick<Session, "agent" | "role" | "model">): Promise<string | undefined>;
  /** How long it can be told to think. For a model that nobody knows, what every one understands. */
  levelsOf(model: string | undefined): readonly string[];
  /** How the configured models are, and every other that has failed lately. */
  states(): readonly ModelState[];
}

const NEAREST = 3;

/** What pi has told about its models, and how they are. */
export class PiModels implements ModelCatalog {
  readonly failover: ModelFailover;
  readonly #profiles: Pick<ProfileSource, "of">;
  #latest: { readonly choice: ModelChoice; readonly chain: readonly string[] } | undefined;

  constructor(failover: ModelFailover, profiles: Pick<ProfileSource, "of">) {
    this.failover = failover;
    this.#profiles = profiles;
  }

  /** A pi has come up and has told which models there are. */
  note(choice: ModelChoice, chain: readonly string[]): void {
    this.#latest = { choice, chain };
  }

  list(): readonly string[] {
    return (this.#latest?.choice.available ?? []).filter((model) => !isDemo(model)).map(nameOf);
  }

  resolve(name: string): { readonly id: string } | { readonly nearest: readonly string[] } {
    const models = (this.#latest?.choice.available ?? []).filter((one) => !isDemo(one));
    const model = resolveModel(name.trim(), models);
    return model ? { id: nameOf(model) } : { nearest: nearestNames(name.trim(), models.map(nameOf)) };
  }

  async currentOf(session: Pick<Session, "agent" | "role" | "model">): Promise<string | undefined> {
    const { choice } = this.#latest ?? {};
    if (!choice) return undefined;
    if (session.model !== undefined) {
      const model = resolveModel(session.model, choice.available);
      return model ? nameOf(model) : session.model;
    }
    const { wish } = await this.#profiles.of(session);
    return this.failover.pick(chainOf(wish, choice));
  }

  levelsOf(model: string | undefined): readonly string[] {
    return thinkingLevelsOf(this.#latest?.choice.available.find((one) => nameOf(one) === model));
  }

  states(): readonly ModelState[] {
    return this.failover.states(this.#latest?.chain ?? []);
  }
}

/** Names that hold what was written, else the one that is written most alike. */
function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const words = wanted.toLowerCase().split(/[^a-z0-9]+/);
  const holding = names.filter((name) => words.every((word) => name.toLowerCase().includes(word)));
  if (wanted !== "" && holding.length > 0) return holding.slice(0, NEAREST);
  const byId = new Map(names.map((name) => [name.slice(name.indexOf("/") + 1), name]));
  const like = nearest(wanted, byId.keys()) ?? nearest(wanted, names);
  return like === undefined ? [] : [byId.get(like) ?? like];
}
