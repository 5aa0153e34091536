/** Files that are held for the page at once; older ones are loaded again when somebody looks at them. */
const MOST_HELD = 40;

/** Where a file of a conversation is found. */
export interface FilePlace {
  readonly conversation: string;
  readonly message: string;
  /** Which of the message's files. */
  readonly index: number;
}

/**
 * Files that agents have sent. They are behind the gateway's door, which no picture's address can open, so they
 * are fetched with the credential and shown from memory.
 */
export class SentFiles {
  readonly #credential: () => string | undefined;
  /** By path, longest unused first. */
  readonly #held = new Map<string, Promise<string>>();

  constructor(credential: () => string | undefined) {
    this.#credential = credential;
  }

  /** An address of the file that this page can show, valid while not too many others are asked for. */
  address({ conversation, message, index }: FilePlace): Promise<string> {
    const path = `/api/media/${encodeURIComponent(conversation)}/${encodeURIComponent(message)}/${index}`;
    const held = this.#held.get(path) ?? this.#load(path);
    this.#held.delete(path);
    this.#held.set(path, held);
    this.#letGo();
    return held;
  }

  async #load(path: string): Promise<string> {
    const secret = this.#credential();
    const headers = secret === undefined ? {} : { Authorization: `Bearer ${secret}` };
    try {
      const response = await fetch(path, { headers });
      if (!response.ok) throw new Error(`the file was answered with ${response.status}`);
      return URL.createObjectURL(await response.blob());
    } catch (error) {
      // Whoever asks again tries again.
      this.#held.delete(path);
      throw error;
    }
  }

  #letGo(): void {
    for (const [path, address] of this.#held) {
      if (this.#held.size <= MOST_HELD) return;
      this.#held.delete(path);
      void address
        .then((url) => URL.revokeObjectURL(url))
        .catch(() => {
          // It never came: there is nothing to let go.
        });
    }
  }
}
