import type { SendOptions } from "../../src/plugins/types.ts";

/** How tests send what has no wishes of its own. */
export const options: SendOptions = { nonce: "n1", style: "rich", signal: new AbortController().signal };

export const text = (markdown: string) => ({ kind: "text", markdown }) as const;
