import { RecentMap } from "../../../../lib/recent-map.ts";
import type { ChannelMemory } from "../../../channel-memory.ts";
import { CardEntity } from "./card-entity.ts";

/** As what a message was sent: with a card of its own, with one that Feishu keeps for us, as text, or as a file. */
export type SentForm = "card" | CardEntity | "text" | "file";

/** How a card that was remembered is changed again. */
export type OpenEntity = (facts: { readonly id: string; readonly madeAtMs: number }) => CardEntity;

/** So many messages are known as long as the process runs. */
const MOST_KNOWN = 2000;
/** So many are remembered beyond; a newer one may take an older one's place. */
const SLOTS = 1024;

/** Remembers as what messages were sent, which decides how they are changed. */
export class SentForms {
  readonly #memory: ChannelMemory;
  readonly #open: OpenEntity;
  readonly #known = new RecentMap<SentForm>(MOST_KNOWN);

  constructor(memory: ChannelMemory, open: OpenEntity) {
    this.#memory = memory;
    this.#open = open;
  }

  /** A card of a message's own is the rule, and remembered as long as the process runs only. */
  async note(message: string, form: SentForm): Promise<void> {
    this.#known.set(message, form);
    if (form === "card") return;
    const kept = typeof form === "string" ? form : `${form.id} ${form.madeAtMs}`;
    await this.#memory.set(slotOf("sent", message), `${message} ${kept}`);
  }

  /** Undefined where nobody knows any more. */
  async of(message: string): Promise<SentForm | undefined> {
    const known = this.#known.get(message);
    if (known !== undefined) return known;
    const [name, form = "", madeAtMs] = (await this.#memory.get(slotOf("sent", message)))?.split(" ") ?? [];
    if (name !== message) return undefined;
    if (form === "text" || form === "file") return form;
    const entity = this.#open({ id: form, madeAtMs: Number(madeAtMs) });
    this.#known.set(message, entity);
    return entity;
  }

  /** Before a card is sent: whoever goes on after a crash must not make another one for the same message. */
  async noteOpening(nonce: string, { id, madeAtMs }: CardEntity): Promise<void> {
    await this.#memory.set(slotOf("opening", nonce), `${nonce} ${id} ${madeAtMs}`);
  }

  /** The card that was made for the message with this nonce, by whoever crashed then. */
  async openingOf(nonce: string): Promise<CardEntity | undefined> {
    const [name, id, madeAtMs] = (await this.#memory.get(slotOf("opening", nonce)))?.split(" ") ?? [];
    return name === nonce && id !== undefined ? this.#open({ id, madeAtMs: Number(madeAtMs) }) : undefined;
  }
}

function slotOf(kind: string, name: string): string {
  return `${kind}/${Number(Bun.hash.wyhash(name) % BigInt(SLOTS))}`;
}
