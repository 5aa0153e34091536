const UNITS_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** A span of time as people write it: `90s`, `1h30m`, `1.5d`. */
export const SPAN = /^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/;

/** How many milliseconds a span is; `NaN` for a text that is none. */
export function spanMs(text: string): number {
  if (!SPAN.test(text)) return Number.NaN;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g);
  return [...parts].reduce(
    (sum, [, number, unit]) => sum + Number(number) * UNITS_MS[unit as keyof typeof UNITS_MS],
    0,
  );
}
