const PAGE = 20;

/** A part of a list, and where the next one begins, in the platform's form. */
export function paged<T>(
  all: readonly T[],
  { page_size = PAGE, page_token }: { page_size?: number | undefined; page_token?: string | undefined },
  view: (item: T) => object,
): object {
  const from = Number(page_token ?? 0);
  const end = from + page_size;
  const hasMore = end < all.length;
  return {
    items: all.slice(from, end).map(view),
    has_more: hasMore,
    page_token: hasMore ? String(end) : "",
  };
}
