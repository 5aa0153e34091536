import { GatewayError } from "../core/errors.ts";
import { parseSessionKey, type SessionKey } from "../core/session-key.ts";
import type { SessionLedger } from "../core/store.ts";
import type { JsonSchema, Tool, ToolContext, ToolReply } from "../core/tool.ts";
import type { Logger } from "../lib/logger.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { problemOf } from "./check-params.ts";
import type { ToolTurn } from "./parts.ts";
import { ToolError } from "./tool-error.ts";
import { errorReply, replyOf } from "./tool-reply.ts";

export interface ToolBoxParts {
  /** Ours and those of plugins, as they are now. */
  readonly tools: () => readonly Tool[];
  readonly turn: (session: SessionKey) => ToolTurn | undefined;
  readonly sessions: Pick<SessionLedger, "get">;
  readonly log: Logger;
}

/** A tool as the model is told of it. */
export interface DeclaredTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

/** Which call this is, and from where. */
export interface ToolCaller {
  readonly session: SessionKey;
  /** pi's id of the call. */
  readonly callId: string;
  readonly signal: AbortSignal;
}

/**
 * All tools that pi may call in the gateway, and the one place where they run: arguments are checked first, what
 * comes back has one form, and whatever goes wrong is a sentence that the model reads.
 */
export class ToolBox {
  readonly #parts: ToolBoxParts;

  constructor(parts: ToolBoxParts) {
    this.#parts = parts;
  }

  declarations(): readonly DeclaredTool[] {
    return this.#parts.tools().map(({ name, description, parameters }) => ({
      name,
      description,
      parameters: { type: "object", properties: {}, ...parameters },
    }));
  }

  /** Never rejects. Takes as long as the tool does; given up when the turn ends or is stopped. */
  async run(name: string, params: Readonly<Record<string, unknown>>, caller: ToolCaller): Promise<ToolReply> {
    const { session, callId, signal } = caller;
    const log = this.#parts.log.child({ tool: name, call: callId, session });
    try {
      const tool = this.#parts.tools().find((one) => one.name === name);
      if (!tool) throw new ToolError(`There is no tool ${name}.`);
      const problem = problemOf(params, tool.parameters);
      if (problem !== undefined) throw new ToolError(`${name}: ${problem}.`);
      const context = await this.#contextOf(caller, log);
      // A tool's own copy: what it does to its arguments is nobody else's business.
      const work = Promise.resolve().then(() => tool.execute(structuredClone(params), context));
      return replyOf(await untilAborted(work, signal, stopped));
    } catch (error) {
      return failureOf(name, error, log);
    }
  }

  async #contextOf({ session, callId, signal }: ToolCaller, log: Logger): Promise<ToolContext> {
    const turn = this.#parts.turn(session);
    if (!turn) throw stopped();
    const record = await this.#parts.sessions.get(session);
    return {
      sessionKey: session,
      callId,
      turn: turn.id,
      agent: record?.agent ?? parseSessionKey(session)?.agent ?? "main",
      chat: turn.chat,
      ...(turn.chatSession === undefined ? {} : { chatSession: turn.chatSession }),
      signal,
      log,
    };
  }
}

const stopped = () => new ToolError("The turn was stopped while this tool ran.");

function failureOf(name: string, error: unknown, log: Logger): ToolReply {
  if (error instanceof GatewayError) {
    log.info({ code: error.code, reason: error.message }, "a tool refused its call");
    return errorReply(error.userMessage ?? error.message);
  }
  log.warn({ error }, "a tool failed");
  const said = error instanceof Error ? error.message : String(error);
  return errorReply(`${name} failed: ${said === "" ? "no reason given" : said}`);
}
