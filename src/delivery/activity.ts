import type { AgentEvent } from "../core/agent.ts";
import type { Clock } from "../lib/clock.ts";

export interface ActivityWishes {
  readonly showTools: boolean;
  readonly showThinking: boolean;
  /** Takes secrets out of what is shown. */
  readonly redact: (text: string) => string;
  readonly clock: Pick<Clock, "now">;
}

interface ToolLine {
  readonly id: string;
  readonly label: string;
  readonly sinceMs: number;
  readonly end?: "done" | "failed";
}

const MOST_RUNNING = 5;
const MOST_ENDED = 3;
const LABEL_LENGTH = 60;
const THINKING_LENGTH = 600;
/** More is kept than is shown, so that a cut in the middle of a word can move on to the next one. */
const THINKING_KEPT = 2 * THINKING_LENGTH;

/**
 * What the agent does besides writing, in words for a preview: tools at work, a line each, and what the model
 * thinks. Pure: events in, Markdown out. Nothing of it is part of the answer.
 */
export class Activity {
  readonly #wishes: ActivityWishes;
  #tools: ToolLine[] = [];
  #thinking = "";

  constructor(wishes: ActivityWishes) {
    this.#wishes = wishes;
  }

  /** Returns true if what a person would see has changed. */
  see(event: AgentEvent): boolean {
    switch (event.type) {
      case "message_start":
        return this.#forgetThinking();
      case "thinking":
        return this.#think(event.delta);
      case "text":
        return this.#forgetEnded();
      case "tool_start":
        return this.#begin(event);
      case "tool_end":
        return this.#end(event.id, event.result.isError);
      default:
        return false;
    }
  }

  /** What the model thinks right now, as a quote; empty if that is not to be shown. */
  get thinking(): string {
    const thought = this.#wishes.redact(this.#thinking).trim();
    if (thought === "") return "";
    return `💭 ${lastWords(thought, THINKING_LENGTH)}`.replaceAll(/^/gm, "> ");
  }

  /** A line for each tool at work, behind those for the last ones that have ended. */
  get tools(): string {
    return this.#tools.map(({ label, end }) => `${end === undefined ? "⚙" : MARKS[end]} ${label}`).join("\n");
  }

  /** Since when a tool has been at work; undefined if none is. */
  get toolSinceMs(): number | undefined {
    return this.#tools.find(({ end }) => end === undefined)?.sinceMs;
  }

  #forgetThinking(): boolean {
    const hadAny = this.#thinking !== "";
    this.#thinking = "";
    return hadAny;
  }

  #think(delta: string): boolean {
    if (!this.#wishes.showThinking) return false;
    this.#thinking = (this.#thinking + delta).slice(-THINKING_KEPT);
    return true;
  }

  /** The agent goes on to say something: what it has looked at before is past. */
  #forgetEnded(): boolean {
    const before = this.#tools.length;
    this.#tools = this.#tools.filter(({ end }) => end === undefined);
    return this.#tools.length !== before;
  }

  #begin({ id, tool, params }: AgentEvent & { type: "tool_start" }): boolean {
    const { showTools, redact, clock } = this.#wishes;
    if (!showTools) return false;
    const line: ToolLine = { id, label: labelOf(tool, params, redact), sinceMs: clock.now() };
    this.#tools = trimmed([...this.#tools, line]);
    return true;
  }

  #end(id: string, isError: boolean): boolean {
    if (!this.#tools.some((line) => line.id === id)) return false;
    const end = isError ? "failed" : "done";
    this.#tools = trimmed(this.#tools.map((line) => (line.id === id ? { ...line, end } : line)));
    return true;
  }
}

const MARKS = { done: "✓", failed: "✗" } as const;

/** Those that have ended first, only the latest of each. */
function trimmed(lines: readonly ToolLine[]): ToolLine[] {
  const ended = lines.filter(({ end }) => end !== undefined);
  const running = lines.filter(({ end }) => end === undefined);
  return [...ended.slice(-MOST_ENDED), ...running.slice(-MOST_RUNNING)];
}

/** What says most about a call, by the names that tools give to it. */
const TELLING = ["command", "path", "file_path", "file", "query", "url", "pattern", "text", "prompt", "name"];

function labelOf(
  tool: string,
  params: Readonly<Record<string, unknown>>,
  redact: (text: string) => string,
): string {
  const told = TELLING.map((name) => params[name]).find(isTelling) ?? Object.values(params).find(isTelling);
  if (told === undefined) return plain(tool);
  // Before it is cut: half a secret would not be known as one.
  const line = redact(told).replaceAll(/\s+/g, " ").trim();
  return `${plain(tool)}: ${asCode(firstWords(line, LABEL_LENGTH))}`;
}

const isTelling = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

/** A tool's name with nothing in it that means something in Markdown. */
const plain = (name: string) => name.replaceAll(/[*`~[\]<>|\\]/g, "");

/** `text` as Markdown shows it letter for letter. */
function asCode(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  const gap = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${mark}${gap}${text}${gap}${mark}`;
}

function firstWords(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/�$/u, "")}…`;
}

function lastWords(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = text.slice(-length);
  const space = end.search(/\s/);
  const kept = space >= 0 && space < length / 4 ? end.slice(space + 1) : end;
  return `…${kept.toWellFormed().replace(/^�/u, "")}`;
}
