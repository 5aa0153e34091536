import type { TurnId } from "./store.ts";

/** The id of the button below a growing answer: the command that stops this answer, and none that comes after it. */
export function stopButtonOf(turn: TurnId): string {
  return `/stop turn:${turn}`;
}

/** The turn that a pressed button of this kind means, by what stands behind the command; undefined for other words. */
export function turnToStop(args: string): TurnId | undefined {
  return /^turn:(\w+)$/.exec(args)?.[1];
}
