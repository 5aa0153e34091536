import type { Upload } from "../common/multipart.ts";
import type { Ids } from "./ids.ts";
import type { Actor } from "./user.ts";

/** A file that the platform keeps. */
export interface StoredFile extends Upload {
  readonly key: string;
  readonly kind: "image" | "file";
  readonly by: Actor;
  /** What the uploader said it is: `opus`, `mp4`, `pdf`, `stream`, … */
  readonly fileType?: string;
  readonly durationMs?: number;
}

/** Every file with its bytes, by its key. */
export class FileStore {
  readonly #ids: Ids;
  readonly #files = new Map<string, StoredFile>();

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  add(facts: Omit<StoredFile, "key">): StoredFile {
    const key = this.#ids.make(facts.kind === "image" ? "img_v3_02ab_" : "file_v3_00ab_");
    const file = { ...facts, key };
    this.#files.set(key, file);
    return file;
  }

  get(key: string): StoredFile | undefined {
    return this.#files.get(key);
  }
}
