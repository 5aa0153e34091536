import { computed, type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Chosen, chooseFiles, type Excess } from "../state/attachments.ts";
import type { KeyValueStore } from "../state/storage.ts";
import type { Limits } from "../wire/frames.ts";

/** What the person is writing, one draft per conversation, kept while they are away. */
export class ComposerState {
  readonly text: Signal<string> = signal("");
  readonly files = signal<readonly Chosen[]>([]);
  readonly excess = signal<Excess | "unreadable" | undefined>(undefined);
  readonly canSend = computed(() => this.text.value.trim() !== "" || this.files.value.length > 0);
  /** Where the keyboard belongs. */
  field: HTMLTextAreaElement | null = null;
  readonly #store: KeyValueStore;
  #key = "";

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** Another conversation is open: its own draft is in the field. */
  show(key: string): void {
    if (key === this.#key) return;
    this.#key = key;
    this.text.value = this.#store.get(`draft.${key}`) ?? "";
    this.clearFiles();
  }

  write(text: string): void {
    this.text.value = text;
    if (text) this.#store.set(`draft.${this.#key}`, text);
    else this.#store.remove(`draft.${this.#key}`);
  }

  /** Puts words into the field, for the person to send or change. */
  put(text: string): void {
    this.write(text);
    this.field?.focus();
  }

  /** Hands everything over at once; what could not be taken comes back. Never rejects. */
  async send(take: (text: string, files: readonly Chosen[]) => Promise<void>): Promise<void> {
    if (!this.canSend.peek()) return;
    const key = this.#key;
    const [text, files] = [this.text.peek(), this.files.peek()];
    this.text.value = "";
    this.files.value = [];
    this.excess.value = undefined;
    try {
      await take(withoutMargins(text), files);
      // Only now: until the message is kept elsewhere, the draft is what survives a closed page.
      if (this.#key !== key || this.text.peek() === "") this.#store.remove(`draft.${key}`);
      revoke(files);
    } catch {
      // A file went away between choosing and sending it.
      if (this.#key !== key) return;
      this.text.value = text + this.text.peek();
      this.excess.value = "unreadable";
    }
  }

  attach(files: readonly File[], limits: Limits): void {
    const { chosen, excess } = chooseFiles(this.files.value, files, limits);
    this.files.value = chosen;
    this.excess.value = excess;
  }

  detach(id: string): void {
    const gone = this.files.value.find((chosen) => chosen.id === id);
    if (gone) revoke([gone]);
    this.files.value = this.files.value.filter((chosen) => chosen !== gone);
    this.excess.value = undefined;
  }

  clearFiles(): void {
    revoke(this.files.value);
    this.files.value = [];
    this.excess.value = undefined;
  }
}

/** A space in front stays: it is what makes a line that begins with a slash ordinary text. */
const withoutMargins = (text: string) => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

function revoke(files: readonly Chosen[]): void {
  for (const { preview } of files) if (preview !== undefined) URL.revokeObjectURL(preview);
}

const ComposerContext = createContext<ComposerState | undefined>(undefined);

export const ComposerProvider = ComposerContext.Provider;

export function useComposer(): ComposerState {
  const composer = useContext(ComposerContext);
  if (!composer) throw new Error("a component stands outside of ComposerProvider");
  return composer;
}
