/** What `pi-gw` ends with, for scripts and process managers. `docs/operations.md` shows this table to people. */
export const EXIT = {
  /** Done. For `gateway`: stopped as asked, everything finished or handed back. */
  ok: 0,
  /** It did not work, and the message says why. For `doctor`: at least one finding is an error. */
  failed: 1,
  /** The command line cannot be understood, or needs a terminal. */
  usage: 2,
  /** The configuration cannot be used. Starting again changes nothing until it is corrected. */
  badConfig: 3,
  /** A client command found no running gateway. */
  notRunning: 4,
  /** Another gateway runs on the same state folder. */
  alreadyRunning: 5,
  /** The port belongs to another program. */
  portTaken: 6,
  /** The running gateway refused the request, or did not answer in time. */
  refused: 7,
  /** Stopped by a second signal: turns were cut off, and go on at the next start. */
  stoppedHard: 8,
  /** Somebody asked in a chat for a restart: whoever looks after the process starts it again. */
  restart: 9,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
