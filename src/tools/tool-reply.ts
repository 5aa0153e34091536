import type { ToolContent } from "../core/agent.ts";
import { isRecord } from "../core/rpc-protocol.ts";
import type { ToolReply } from "../core/tool.ts";

/** What a tool returned, as pi takes it: a text, `{ content }`, `{ text, isError }`, or anything else as its JSON. */
export function replyOf(result: unknown): ToolReply {
  if (typeof result === "string") return textReply(result);
  if (result === undefined) return textReply("Done.");
  if (!isRecord(result)) return textReply(jsonOf(result));
  const facts = {
    ...(result["details"] === undefined ? {} : { details: result["details"] }),
    ...(result["isError"] === true ? { isError: true } : {}),
  };
  const content = contentIn(result["content"]);
  if (content) return { content, ...facts };
  if (typeof result["text"] === "string") return { ...textReply(result["text"]), ...facts };
  return textReply(jsonOf(result));
}

/** The same for a failure: the model reads `text`. */
export function errorReply(text: string): ToolReply {
  return { ...textReply(text), isError: true };
}

const textReply = (text: string): ToolReply => ({ content: [{ type: "text", text }] });

/** Undefined unless all of it is in pi's form: what is not is shown as its JSON, and nothing of it is lost. */
function contentIn(value: unknown): readonly ToolContent[] | undefined {
  if (typeof value === "string") return [{ type: "text", text: value }];
  if (!Array.isArray(value) || !value.every(isContent)) return undefined;
  return value;
}

function isContent(block: unknown): block is ToolContent {
  if (!isRecord(block)) return false;
  if (block["type"] === "text") return typeof block["text"] === "string";
  return (
    block["type"] === "image" && typeof block["data"] === "string" && typeof block["mimeType"] === "string"
  );
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Circular, or a number too big for JSON: some text is better than no result.
    return String(value);
  }
}
