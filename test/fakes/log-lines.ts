import type { Fields, Logger } from "../../src/lib/logger.ts";

export interface LogLine extends Fields {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** A logger that keeps its lines, for tests of what is said. */
export function keepLines(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logWith = (own: Fields): Logger => {
    const at = (level: LogLine["level"]) => (fields: Fields, message: string) => {
      lines.push({ ...own, ...fields, level, message });
    };
    return {
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      child: (fields) => logWith({ ...own, ...fields }),
    };
  };
  return { log: logWith({}), lines };
}
