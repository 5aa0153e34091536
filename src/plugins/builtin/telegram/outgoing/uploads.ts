import type { Message } from "grammy/types";
import type { FileKind } from "./file-kind.ts";
import type { LocalFile } from "./local-file.ts";
import type { Memory } from "./memory.ts";

/** So many uploads are remembered; a newer one may take an older one's place. */
const SLOTS = 512;
/** Documents keep the name they were uploaded with. */
const NAMED: ReadonlySet<FileKind> = new Set(["document", "audio", "animation", "video"]);

/** Telegram's ids of files that it has already: what was sent once is not uploaded again. */
export class Uploads {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** What a file is known by: the same for the same bytes shown in the same way. */
  async keyOf({ item, kind, name }: LocalFile): Promise<string> {
    const hash = new Bun.CryptoHasher("sha256").update(`${kind}\n${NAMED.has(kind) ? name : ""}\n`);
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

/** Telegram's id of the file that a message shows in the way that was asked for. */
export function fileIdIn(message: Message, kind: FileKind): string | undefined {
  if (kind === "photo") return message.photo?.at(-1)?.file_id;
  return message[kind]?.file_id;
}

function slotOf(key: string): string {
  return `upload/${Number(Bun.hash.wyhash(key) % BigInt(SLOTS))}`;
}
