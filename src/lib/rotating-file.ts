import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, extname } from "node:path";

export interface RotatingFileOptions {
  readonly path: string;
  /** A line that would make the file greater begins a new one. */
  readonly maxBytes: number;
  /** How many files there are at most, the current one included. */
  readonly keep: number;
}

/** Lines held back while the disk takes none. */
const MOST_HELD = 1000;

/**
 * A log on disk that stays small: `gateway.log`, then `gateway.1.log`, `gateway.2.log`, older by number.
 * Each line is in the file when `write` returns. A file that somebody deleted or moved is begun anew.
 * While the disk is full or gone, up to a thousand lines wait for it; `write` never throws.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #open: { readonly fd: number; readonly inode: number; size: number } | undefined;
  #held: string[] = [];
  #lost = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** What the disk did not take and memory could not hold. */
  get lostLines(): number {
    return this.#lost;
  }

  write(line: string): void {
    this.#held.push(line);
    try {
      while (this.#held[0] !== undefined) {
        this.#writeNow(this.#held[0]);
        this.#held.shift();
      }
    } catch {
      // The log cannot say that it cannot be written; the lines wait, and the console has them already.
      this.close();
      while (this.#held.length > MOST_HELD) {
        this.#held.shift();
        this.#lost += 1;
      }
    }
  }

  close(): void {
    const { fd } = this.#open ?? {};
    this.#open = undefined;
    if (fd === undefined) return;
    try {
      closeSync(fd);
    } catch {
      // Closed is what it was to be; what the disk did with the last bytes cannot be changed here.
    }
  }

  #writeNow(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#isGone()) this.close();
    let file = this.#open ?? this.#begin();
    if (file.size > 0 && file.size + bytes.length > this.#options.maxBytes) {
      this.close();
      this.#shift();
      file = this.#begin();
    }
    try {
      let written = 0;
      while (written < bytes.length) written += writeSync(file.fd, bytes, written);
    } catch (error) {
      // Half a line must not stand before the whole one that comes later.
      ftruncateSync(file.fd, file.size);
      throw error;
    }
    file.size += bytes.length;
  }

  #begin() {
    const { path } = this.#options;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(path, "a", 0o600);
    const { ino, size } = fstatSync(fd);
    this.#open = { fd, inode: ino, size };
    return this.#open;
  }

  #isGone(): boolean {
    if (!this.#open) return false;
    return statSync(this.#options.path, { throwIfNoEntry: false })?.ino !== this.#open.inode;
  }

  #shift(): void {
    const { path, keep } = this.#options;
    rmSync(this.#numbered(keep - 1), { force: true });
    for (let number = keep - 2; number >= 0; number -= 1) {
      const from = number === 0 ? path : this.#numbered(number);
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, this.#numbered(number + 1));
    }
  }

  #numbered(number: number): string {
    const { path } = this.#options;
    if (number === 0) return path;
    const extension = extname(path);
    return `${path.slice(0, path.length - extension.length)}.${number}${extension}`;
  }
}
