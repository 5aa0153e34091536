/** A record grew beyond what may be kept in memory: the other side does not speak JSON lines. */
export class LineTooLongError extends Error {
  constructor(limitBytes: number) {
    super(`a line is longer than ${limitBytes} bytes`);
    this.name = "LineTooLongError";
  }
}

const NEWLINE = 10;

/**
 * Cuts a stream of bytes into lines at `\n` only, however the bytes are split: U+2028 and half a
 * character at the end of a chunk are safe. A carriage return before the newline is dropped, and so are
 * empty lines. Throws {@link LineTooLongError} once an unfinished line exceeds `limitBytes`.
 */
export class LineSplitter {
  readonly #limitBytes: number;
  readonly #decoder = new TextDecoder();
  #unfinished: Uint8Array[] = [];
  #unfinishedBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that `chunk` completes, in order. */
  push(chunk: Uint8Array): string[] {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      this.#keep(chunk);
      return [];
    }
    this.#unfinished.push(chunk.subarray(0, end));
    const whole = this.#unfinished.length === 1 ? chunk.subarray(0, end) : Buffer.concat(this.#unfinished);
    this.#unfinished = [];
    this.#unfinishedBytes = 0;
    if (end + 1 < chunk.length) this.#keep(chunk.subarray(end + 1));
    return this.#decoder
      .decode(whole)
      .split("\n")
      .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
      .filter((line) => line !== "");
  }

  #keep(part: Uint8Array): void {
    this.#unfinishedBytes += part.length;
    if (this.#unfinishedBytes > this.#limitBytes) throw new LineTooLongError(this.#limitBytes);
    // A reader may use its buffer again for the next chunk.
    this.#unfinished.push(part.slice());
  }
}
