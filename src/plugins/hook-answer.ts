import type { Block, HookName } from "../core/hooks.ts";
import type { Approval } from "../core/question.ts";
import { HOOK_RULES } from "./hook-rules.ts";

/** The context of one handler: its own copy, so that one that fails has changed nothing. */
export type HookDraft = Record<string, unknown>;

/** What a handler's answer came to. `strange` says what in it means nothing to this hook. */
export interface Heard {
  readonly block?: Block;
  /** An owner has to say yes first. */
  readonly approval?: Approval;
  readonly strange?: string;
}

/**
 * Takes what a handler returned into its draft, in our form or in OpenClaw's. Throws where a field that the hook
 * knows has a value that it cannot have: the handler then counts as failed.
 */
export function hear(hook: HookName, answer: unknown, draft: HookDraft): Heard {
  if (answer === undefined || answer === null) return {};
  const { returns, policy } = HOOK_RULES[hook];
  if (!isRecord(answer)) {
    // `() => list.push(x)` returns a number by accident; where nothing is read, nothing is wrong.
    return policy === "observe" ? {} : { strange: typeof answer };
  }
  const strange = Object.keys(answer).filter((field) => !returns.includes(field));
  for (const field of returns) {
    if (answer[field] !== undefined) TAKE[field]?.(answer[field], draft);
  }
  const block = blockIn(answer, returns);
  const approval = approvalIn(answer, returns);
  return {
    ...(block === undefined ? {} : { block }),
    ...(approval === undefined ? {} : { approval }),
    ...(strange.length === 0 ? {} : { strange: strange.join(", ") }),
  };
}

/** Throws unless what handlers may have assigned still is what the gateway can go on with. */
export function checkDraft(hook: HookName, draft: HookDraft): void {
  for (const field of HOOK_RULES[hook].assignable) CHECK[`${hook}.${field}`]?.(draft[field]);
}

/** What each field does to the draft; `block` and its reason are read by themselves. */
const TAKE: Readonly<Record<string, (value: unknown, draft: HookDraft) => void>> = {
  content(value, draft) {
    draft["message"] = withText(draft["message"], asText("content", value));
  },
  params(value, draft) {
    draft["params"] = { ...asRecord("params", draft["params"]), ...asRecord("params", value) };
  },
  result(value, draft) {
    draft["result"] = mergeOutput(draft["result"], value);
  },
  message(value, draft) {
    draft["result"] = mergeOutput(draft["result"], value);
  },
  text(value, draft) {
    draft["text"] = asText("text", value);
  },
  prependContext(value, draft) {
    draft["prependContext"] = joined(draft["prependContext"], asText("prependContext", value));
  },
  systemPrompt(value, draft) {
    draft["systemPrompt"] = joined(draft["systemPrompt"], asText("systemPrompt", value));
  },
};

const CHECK: Readonly<Record<string, (value: unknown) => void>> = {
  "message_received.message": (value) => void asText("message.text", asRecord("message", value)["text"]),
  "message_received.agent": (value) => value === undefined || void asText("agent", value),
  "message_sending.message": checkOutgoing,
  "transcribe_audio.text": (value) => value === undefined || void asText("text", value),
  "before_agent_start.message": (value) => void asText("message", value),
  "before_agent_start.prependContext": (value) => value === undefined || void asText("prependContext", value),
  "before_agent_start.systemPrompt": (value) => value === undefined || void asText("systemPrompt", value),
  "before_tool_call.params": (value) => void asRecord("params", value),
  "after_tool_call.result": checkOutput,
  "tool_result_persist.result": checkOutput,
};

const NO_REASON = "A plugin stopped this.";

function blockIn(answer: Readonly<HookDraft>, returns: readonly string[]): Block | undefined {
  const { block, blockReason, cancel } = answer;
  if (!returns.includes("block") || (block === undefined && cancel !== true)) return undefined;
  const reason = typeof blockReason === "string" && blockReason !== "" ? blockReason : NO_REASON;
  if (typeof block === "string") return { block: block === "" ? reason : block };
  if (block === true || (cancel === true && returns.includes("cancel"))) return { block: reason };
  // `false` is no opinion; anything else was perhaps meant to stop something.
  if (block !== false && block !== undefined && block !== null)
    throw new TypeError(`block is ${typeof block}`);
  return undefined;
}

/** Throws where somebody has to be asked and cannot know what about: then the answer is no. */
function approvalIn(
  { requireApproval }: Readonly<HookDraft>,
  returns: readonly string[],
): Approval | undefined {
  if (!returns.includes("requireApproval") || requireApproval === undefined || requireApproval === null) {
    return undefined;
  }
  const { title, description, timeoutMs } = asRecord("requireApproval", requireApproval);
  if (asText("requireApproval.title", title).trim() === "")
    throw new TypeError("requireApproval.title is empty");
  if (timeoutMs !== undefined && typeof timeoutMs !== "number") {
    throw new TypeError("requireApproval.timeoutMs must be a number");
  }
  return {
    title: asText("requireApproval.title", title),
    ...(description === undefined ? {} : { description: asText("requireApproval.description", description) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** `text` in place of what `message` says; files keep their paths. */
function withText(message: unknown, text: string): unknown {
  const said = asRecord("message", message);
  if (said["kind"] === "text") return { ...said, markdown: text };
  if (said["kind"] === "media") return { ...said, caption: text };
  const items: unknown = said["items"];
  if (!Array.isArray(items)) return said;
  return {
    ...said,
    items: items.map((item, index) => (index === 0 ? { ...asRecord("item", item), caption: text } : item)),
  };
}

/** What is left out of `value` stays as it was: a handler that changes the text loses no details. */
function mergeOutput(before: unknown, value: unknown): unknown {
  const given = asRecord("result", value);
  const { content, details, isError } = given;
  return {
    ...asRecord("result", before),
    ...(content === undefined
      ? {}
      : { content: typeof content === "string" ? [{ type: "text", text: content }] : content }),
    ...(details === undefined ? {} : { details }),
    ...(typeof isError === "boolean" ? { isError } : {}),
  };
}

function checkOutgoing(value: unknown): void {
  const message = asRecord("message", value);
  if (message["kind"] === "text") asText("message.markdown", message["markdown"]);
  else if (message["kind"] === "media") asText("message.path", message["path"]);
  else if (message["kind"] !== "album" || !Array.isArray(message["items"])) {
    throw new TypeError("message.kind must be text, media or album");
  }
}

function checkOutput(value: unknown): void {
  const { content } = asRecord("result", value);
  if (!Array.isArray(content)) throw new TypeError("result.content must be a list");
  for (const block of content) {
    const { type, text, data } = asRecord("result.content[]", block);
    if (type === "text") asText("text", text);
    else if (type === "image") asText("data", data);
    else throw new TypeError("result.content[].type must be text or image");
  }
}

function joined(before: unknown, text: string): string {
  return typeof before === "string" && before !== "" ? `${before}\n\n${text}` : text;
}

function asText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError(`${name} must be a text`);
}

function asRecord(name: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new TypeError(`${name} must be an object`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
