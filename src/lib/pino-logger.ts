import { type Logger as PinoLogger, pino } from "pino";
import { type FieldRules, logFields } from "./log-fields.ts";
import type { Fields, Logger } from "./logger.ts";
import { redactText } from "./redact-text.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Takes whole lines, each with its end. */
export interface LineSink {
  write(line: string): unknown;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  /** For eyes on a terminal; otherwise each line is JSON. */
  readonly pretty: boolean;
  /** Where the lines go; standard output when absent. */
  readonly destination?: LineSink;
  /** A file that gets every line too, as JSON. */
  readonly file?: LineSink;
  /** The secrets in force: they never appear in a line. Give the same list until it changes. */
  readonly secrets: () => readonly string[];
}

/** The logger that others are made from. */
export interface RootLogger extends Logger {
  setLevel(level: LogLevel): void;
}

/** Makes the logger of a running program. Each line is out when the call returns. */
export function createLogger(options: LoggerOptions): RootLogger {
  const { level, file, secrets } = options;
  const shown = sinkOf(options);
  const sink: LineSink = {
    write(line) {
      shown.write(line);
      file?.write(line);
    },
  };
  const settings = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Errors arrive here as plain fields already.
    serializers: { err: (error: unknown) => error },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const root = pino(settings, sink);
  const levels = new SharedLevel(level);
  return {
    ...wrapped(root, levels, secrets),
    setLevel: (next) => {
      levels.level = next;
    },
  };
}

/** A child of pino keeps the level it was born with; ours follow their root. */
class SharedLevel {
  level: LogLevel;
  constructor(level: LogLevel) {
    this.level = level;
  }
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const;

function wrapped(target: PinoLogger, shared: SharedLevel, secrets: () => readonly string[]): Logger {
  const rules = (level: LogLevel): FieldRules => ({ secrets: secrets(), showsText: level === "debug" });
  const log = (level: LogLevel) => (fields: Fields, message: string) => {
    if (RANK[level] < RANK[shared.level]) return;
    target.level = shared.level;
    target[level](logFields(fields, rules(level)), redactText(message, secrets()));
  };
  return {
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    child: (fields) => wrapped(target.child(logFields(fields, rules("info"))), shared, secrets),
  };
}

const UNSEEN = ["pid", "hostname"];

function sinkOf({ pretty, level, destination = standardOutput() }: LoggerOptions): LineSink {
  if (!pretty) return destination;
  // A stack is for who looks for a mistake; the file has it always.
  const ignore = level === "debug" ? UNSEEN : [...UNSEEN, "error.stack", "error.cause.stack"];
  // Only a terminal pays for loading it.
  const { prettyFactory }: typeof import("pino-pretty") = require("pino-pretty");
  const paint = prettyFactory({ colorize: true, ignore: ignore.join(","), translateTime: "SYS:HH:MM:ss.l" });
  return { write: (line) => destination.write(paint(line)) };
}

/** Not `process.stdout`: what waits in it for a slow pipe is lost when the process exits. */
function standardOutput(): LineSink {
  const output = pino.destination({ fd: 1, sync: true });
  // Whoever read the log has gone; there is nobody left to tell, and the work goes on.
  output.on("error", () => {});
  return output;
}
