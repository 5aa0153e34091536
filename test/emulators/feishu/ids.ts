import { createHash } from "node:crypto";

/** Hexadecimal digits that look like chance and are the same for the same seed. */
export function hexOf(seed: string, length: number): string {
  return createHash("sha512").update(seed).digest("hex").slice(0, length);
}

/** Makes the ids of one world: none is made twice, and the same world makes the same ones. */
export class Ids {
  #count = 0;

  make(prefix: string, length = 32): string {
    return `${prefix}${hexOf(`${prefix}${this.#count++}`, length)}`;
  }

  /** An id of decimal digits, as cards and services have it. */
  number(): string {
    return String(7_355_372_766_134_157_000n + BigInt(this.#count++));
  }
}
