const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const SPAN = /^(\d+(\.\d+)?(ms|[smhdw]))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/** How long a span such as `30m`, `1h30m` or `1.5d` is; undefined for a text that is none. Days have 24 hours. */
export function readSpan(text: string): number | undefined {
  if (!SPAN.test(text)) return undefined;
  let spanMs = 0;
  for (const [, number, unit] of text.matchAll(PART)) {
    spanMs += Number(number) * UNITS[unit as keyof typeof UNITS];
  }
  return Number.isSafeInteger(Math.round(spanMs)) ? Math.round(spanMs) : undefined;
}

/** A span as people write it: `1h30m`, `45s`, `2d`; the two largest units that it has. */
export function shownSpan(spanMs: number): string {
  if (spanMs < 1000) return `${Math.max(0, Math.round(spanMs))}ms`;
  let left = Math.round(spanMs / 1000) * 1000;
  const parts: string[] = [];
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(left / UNITS[unit]);
    left -= count * UNITS[unit];
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.slice(0, 2).join("");
}
