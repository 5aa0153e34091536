/**
 * What people have read of an answer that broke off. A model that is asked again may begin at the beginning: as long
 * as it says the same, it is not said again. White space does not count, it changes when a text is cut.
 */
export class AlreadySaid {
  /** Without white space, what comes next. */
  #rest: string;
  /** How much of the message that is being written has been compared, and found the same. */
  #compared = 0;

  constructor(pieces: readonly string[]) {
    this.#rest = dense(pieces.join(""));
  }

  get isEmpty(): boolean {
    return this.#rest === "";
  }

  /** What comes next, without white space. */
  get rest(): string {
    return this.#rest;
  }

  /** A new message begins. */
  begin(): void {
    this.#compared = 0;
  }

  /**
   * How much of the beginning of `text`, a message as far as it is written, has been said; undefined while all of it
   * is the same and more may come.
   */
  lengthIn(text: string): number | undefined {
    let at = this.#compared;
    let next = 0;
    for (; at < text.length && next < this.#rest.length; at += 1) {
      const letter = text[at] ?? "";
      if (dense(letter) === "") continue;
      if (letter !== this.#rest[next]) {
        // Something else is being said: then all of it is news.
        this.#rest = "";
        this.#compared = 0;
        return 0;
      }
      next += 1;
    }
    this.#compared = at;
    this.#rest = this.#rest.slice(next);
    return this.#rest === "" ? at : undefined;
  }
}

/**
 * Of `messages`, which are complete, how much of each has been said in `pieces`, which follow each other in them;
 * and the pieces behind the last that was found, of a message that is not among them.
 */
export function saidOf(
  messages: readonly string[],
  pieces: readonly string[],
): { readonly lengths: readonly number[]; readonly others: readonly string[] } {
  const left = pieces.map(dense);
  let next = 0;
  const lengths = messages.map((message) => {
    const { letters, ends } = lettersOf(message);
    let said = 0;
    for (let at = next; at < left.length; at += 1) {
      const piece = left[at] ?? "";
      const found = letters.indexOf(piece, said);
      if (piece === "" || found === -1) continue;
      said = found + piece.length;
      next = at + 1;
    }
    return ends[said - 1] ?? 0;
  });
  return { lengths, others: pieces.slice(next) };
}

const dense = (text: string) => text.replaceAll(/\s+/g, "");

/** The letters of a text that are no white space, and where behind each of them the text goes on. */
function lettersOf(text: string): { readonly letters: string; readonly ends: readonly number[] } {
  const ends: number[] = [];
  for (let at = 0; at < text.length; at += 1) if (!/\s/.test(text[at] ?? "")) ends.push(at + 1);
  return { letters: dense(text), ends };
}
