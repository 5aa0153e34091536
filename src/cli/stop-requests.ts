/** Signals that ask a program to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * One Ctrl-C arrives up to three times: from the terminal, and passed on by the launcher and by npm. Whatever
 * comes this soon after the first is the same request.
 */
export const ECHO_MS = 400;

/** Where the signals come from: `process`, or a test. */
export interface SignalSource {
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
}

export interface StopRequests {
  /** Aborts at the first request: finish what runs, take nothing new. */
  readonly soft: AbortSignal;
  /** Aborts at the second: abandon what runs. */
  readonly hard: AbortSignal;
  /** Aborts at the third: the stop itself hangs. */
  readonly now: AbortSignal;
  dispose(): void;
}

/** Counts the requests to stop that reach this process, echoes left out. */
export function listenForStop(
  source: SignalSource = process,
  nowMs: () => number = () => performance.now(),
): StopRequests {
  const steps = [new AbortController(), new AbortController(), new AbortController()] as const;
  let lastMs = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    const atMs = nowMs();
    if (atMs - lastMs < ECHO_MS) return;
    lastMs = atMs;
    steps.find((step) => !step.signal.aborted)?.abort();
  };
  for (const signal of SIGNALS) source.on(signal, onSignal);
  return {
    soft: steps[0].signal,
    hard: steps[1].signal,
    now: steps[2].signal,
    dispose: () => {
      for (const signal of SIGNALS) source.off(signal, onSignal);
    },
  };
}
