import type { AgentEvent, Prompt } from "../core/agent.ts";
import type { Config } from "../core/config-schema.ts";
import type { AgentMessage, HookContext, HookRunner } from "../core/hooks.ts";
import type { SessionKey } from "../core/session-key.ts";

export interface RunHooksDeps {
  readonly hooks: HookRunner;
  readonly config: () => Config;
}

/** Where `before_agent_start` runs: what becomes of a prompt, or the answer that a hook gave instead of pi. */
export async function beforeRun(
  prompt: Prompt,
  session: SessionKey,
  { hooks, config }: RunHooksDeps,
): Promise<Prompt | { readonly answered: string }> {
  if (!hooks.has("before_agent_start")) return prompt;
  const starting: HookContext<"before_agent_start"> = {
    sessionKey: session,
    message: prompt.text,
    config: config(),
  };
  const block = await hooks.run("before_agent_start", starting);
  if (block) return { answered: block.block };
  const { message, prependContext, systemPrompt } = starting;
  // A command of pi's own is one only at the very start of the text.
  const isCommand = message.startsWith("/");
  const text = joined(isCommand ? undefined : prependContext, message);
  const added = joined(isCommand ? prependContext : undefined, systemPrompt);
  return { ...prompt, text: text ?? "", ...(added === undefined ? {} : { systemPrompt: added }) };
}

/** Where `agent_end` runs: keeps what was said and done in one run of pi, if anybody wants to know. */
export class RunRecord {
  readonly #session: SessionKey;
  readonly #hooks: HookRunner;
  readonly #messages: AgentMessage[] = [];

  constructor(prompt: Prompt, session: SessionKey, hooks: HookRunner) {
    this.#session = session;
    this.#hooks = hooks;
    this.#messages.push({ role: "user", text: prompt.text });
  }

  see(event: AgentEvent): void {
    if (!this.#hooks.has("agent_end")) return;
    const messages = this.#messages;
    switch (event.type) {
      case "message_end":
        messages.push({ role: "assistant", text: event.text, stopReason: event.stopReason });
        return;
      case "tool_start":
        return this.#noteCall(event);
      case "steered":
        messages.push({ role: "user", text: event.text });
        return;
      case "tool_kept":
        messages.push({ role: "tool", text: textOf(event) });
        return;
      case "end":
        if (event.error !== undefined && messages.at(-1)?.stopReason !== "error") {
          messages.push({ role: "assistant", text: event.error, stopReason: "error" });
        }
        // Nobody waits for those who only look on, and it never rejects.
        void this.#hooks.run("agent_end", { sessionKey: this.#session, messages, usage: event.usage });
        return;
      default:
        return;
    }
  }

  #noteCall({ tool, params }: AgentEvent & { type: "tool_start" }): void {
    const at = this.#messages.findLastIndex(({ role }) => role === "assistant");
    const message = this.#messages[at];
    if (message)
      this.#messages[at] = { ...message, toolCalls: [...(message.toolCalls ?? []), { tool, params }] };
  }
}

function textOf({ result }: AgentEvent & { type: "tool_kept" }): string {
  return result.content.map((block) => (block.type === "text" ? block.text : `[${block.type}]`)).join("\n");
}

function joined(first: string | undefined, second: string | undefined): string | undefined {
  const parts = [first, second].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? undefined : parts.join("\n\n");
}
