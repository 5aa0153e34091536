import type { ChannelMemory } from "./channel-memory.ts";
import { cutText } from "../lib/cut-text.ts";

/** Begins what stands for an id that is too long. */
const MARK = "#~";
/** So many long ids are remembered; a newer one may take an older one's place. */
const SLOTS = 1024;

const bytes = new TextEncoder();

/**
 * What a platform is given with a button so that it gives back the gateway's own id: the id itself where it fits
 * into `mostBytes` (at least 45), else what stands for it; what is too long is kept in `memory`.
 */
export async function buttonDataOf(id: string, mostBytes: number, memory: ChannelMemory): Promise<string> {
  const fits = id !== "" && bytes.encode(id).length <= mostBytes;
  if (fits && !id.startsWith(MARK)) return id;
  const data = standInFor(id);
  await memory.set(slotOf(data.slice(MARK.length)), id);
  return data;
}

/** The id that the gateway gave a pressed button; undefined for a button so old that it is forgotten. */
export async function buttonIdOf(data: string, memory: ChannelMemory): Promise<string | undefined> {
  if (!data.startsWith(MARK)) return data;
  const id = await memory.get(slotOf(data.slice(MARK.length)));
  return id !== undefined && standInFor(id) === data ? id : undefined;
}

/** A label as a button can show it: on one line, never empty, at most `longest` UTF-16 units. */
export function buttonLabelOf(label: string, longest: number): string {
  const text = label.replaceAll(/\s+/g, " ").trim();
  return text === "" ? "…" : cutText(text, longest);
}

function standInFor(id: string): string {
  return MARK + new Bun.CryptoHasher("sha256").update(id).digest("base64url");
}

function slotOf(digest: string): string {
  return `button/${Number(Bun.hash.wyhash(digest) % BigInt(SLOTS))}`;
}
