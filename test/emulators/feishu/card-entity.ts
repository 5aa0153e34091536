import type { AppAccount } from "./app-account.ts";
import { isPart, type CardPart } from "./card-shape.ts";
import type { Post } from "./room.ts";

const STREAM_MS = 10 * 60_000;

/** A card: one that a message was sent with, or one that was made by itself to be sent once. */
export class CardEntity {
  /** Set for a card that was made by itself, or that was given an id afterwards. */
  id: string | undefined;
  readonly app: AppAccount;
  readonly madeAtMs: number;
  card: CardPart;
  /** The message that shows it. */
  post: Post | undefined;
  sequence = 0;
  readonly uuids = new Set<string>();
  /** When operations on it came, newest last. */
  readonly operationsMs: number[] = [];
  /** How many presses on it wait for their answer. */
  waitingPresses = 0;
  #streamsSinceMs: number | undefined;

  constructor(facts: { id?: string; app: AppAccount; card: CardPart; nowMs: number }) {
    this.id = facts.id;
    this.app = facts.app;
    this.card = facts.card;
    this.madeAtMs = facts.nowMs;
    this.followConfig(facts.nowMs);
  }

  /** Opens or closes streaming as the configuration of the card says; opening anew counts from now. */
  followConfig(nowMs: number): void {
    const config = this.card["config"];
    const isOn = isPart(config) && config["streaming_mode"] === true;
    this.#streamsSinceMs = isOn ? nowMs : undefined;
  }

  /** `over` once ten minutes have gone by since it was opened. */
  streaming(nowMs: number): "on" | "off" | "over" {
    if (this.#streamsSinceMs === undefined) return "off";
    return nowMs - this.#streamsSinceMs < STREAM_MS ? "on" : "over";
  }
}
