/** Structured log sink. Fields first, then a constant sentence: grep finds it, machines count it. */
export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  child(fields: Fields): Logger;
}

export type Fields = Readonly<Record<string, unknown>>;

const quiet = () => {};

/** Says nothing. For tests, and for parts that are used without a gateway. */
export const silentLogger: Logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  child: () => silentLogger,
};
