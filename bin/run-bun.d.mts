/** Runs the pinned Bun in place of this process: same terminal, signals, exit code. Does not return normally. */
export function runBun(args: readonly string[], env?: Readonly<Record<string, string>>): void;
