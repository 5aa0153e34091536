import type { InboxId, QueueRoom } from "../../src/core/store.ts";

/** One thing that happens to a gateway. Workers and chats are numbered from 0. */
export type Step =
  | {
      do: "hear";
      chat: number;
      priority: number;
      key: number;
      room: Room | null;
      quietMs: number;
      part: { of: number; waitMs: number } | null;
    }
  | { do: "claim"; worker: number; merge: number }
  | { do: "finish"; worker: number; replies: number; putBack: boolean }
  | { do: "release"; worker: number; afterMs: number; count: boolean }
  | { do: "extend" | "attach"; worker: number }
  | { do: "clear"; chat: number }
  | { do: "take"; worker: number; chat: number }
  | { do: "settle"; worker: number; how: "sent" | "retry" | "dead"; afterMs: number }
  | { do: "wait"; ms: number }
  | { do: "restart" }
  | { do: "prune" };

export type Room = Pick<QueueRoom, "keep" | "drop" | "among">;

export interface Waiting {
  readonly name: string;
  readonly inbox: InboxId;
  readonly order: number;
  readonly atMs: number;
  readonly priority: number;
  readonly key: string;
  /** The message that it is a piece of, and until when another one may come. */
  readonly part: string | undefined;
  readonly untilMs: number;
  isLine: boolean;
}

/** What counts as one message. */
export const wholeOf = ({ name, part }: Waiting) => part ?? name;

/** Until when a chat waits for pieces: the last one of each message tells how long another one may take. */
export function holdOf(line: readonly Waiting[]): number {
  const pieces = Map.groupBy(
    line.filter(({ part }) => part !== undefined),
    ({ part }) => part,
  );
  const waits = [...pieces.values()].map((of) => {
    return of.length >= 12 ? 0 : Math.min(of.at(-1)!.untilMs, of[0]!.atMs + 7500);
  });
  return Math.max(0, ...waits);
}

/** Takes what becomes one turn out of a line: what is alike, and all pieces of what is among it. */
export function takeRun(line: Waiting[], mergeLimit: number): Waiting[] {
  let count = 0;
  const whole = new Set<string>();
  const counted = new Set<string>();
  for (; count < line.length && line[count]?.key === line[0]?.key; count++) {
    const one = line[count]!;
    const isAnother = !one.isLine && !whole.has(wholeOf(one));
    if (isAnother && counted.size === mergeLimit) break;
    if (isAnother) counted.add(wholeOf(one));
    whole.add(wholeOf(one));
  }
  const run = line.splice(0, count);
  const others = line.filter(({ part }) => part !== undefined && whole.has(part));
  for (const one of others) line.splice(line.indexOf(one), 1);
  return [...run, ...others];
}
