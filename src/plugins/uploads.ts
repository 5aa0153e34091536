import type { ChannelMemory } from "./channel-memory.ts";
import type { OutgoingFile } from "./outgoing-file.ts";

/** So many uploads are remembered; a newer one may take an older one's place. */
const SLOTS = 512;

/** A platform's ids of files that it has already: what was sent once is not uploaded again. */
export class Uploads {
  readonly #memory: ChannelMemory;

  constructor(memory: ChannelMemory) {
    this.#memory = memory;
  }

  /** What a file is known by: the same for the same bytes shown as the same `kind`, under the same name where that shows. */
  async keyOf({ item, name }: OutgoingFile, kind: string, showsName: boolean): Promise<string> {
    const hash = new Bun.CryptoHasher("sha256").update(`${kind}\n${showsName ? name : ""}\n`);
    for await (const chunk of Bun.file(item.path).stream()) hash.update(chunk);
    return hash.digest("base64url");
  }

  async find(key: string): Promise<string | undefined> {
    const kept = await this.#memory.get(slotOf(key));
    return kept?.startsWith(`${key} `) ? kept.slice(key.length + 1) : undefined;
  }

  async remember(key: string, fileId: string): Promise<void> {
    await this.#memory.set(slotOf(key), `${key} ${fileId}`);
  }
}

function slotOf(key: string): string {
  return `upload/${Number(Bun.hash.wyhash(key) % BigInt(SLOTS))}`;
}
