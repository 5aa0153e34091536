/** How long to wait before try number `attempt + 1`: doubling from `firstMs`, at most `mostMs`. */
export function backoffMs(attempt: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.max(0, attempt - 1));
}
