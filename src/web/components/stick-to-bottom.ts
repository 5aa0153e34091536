import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

/** So near to the end counts as being there. */
const NEAR_PX = 40;

/** The conversation on the screen, as far as scrolling goes. */
export interface Scrolled {
  readonly conversation: string;
  /** What stands at the top: when that is another thing, something was put above. */
  readonly first: string | undefined;
  readonly outgoing: number;
}

/**
 * Keeps the newest in sight for somebody who is at the end, and never moves anybody who is not.
 * Opening a conversation and sending a message go to the end; so does what this returns.
 */
export function useStickToBottom(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  isAtBottom: Signal<boolean>,
  { conversation, first, outgoing }: Scrolled,
): () => void {
  const toBottom = useMemo(
    () => () => {
      isAtBottom.value = true;
      const box = scroller.current;
      if (box) box.scrollTop = box.scrollHeight;
    },
    [],
  );

  useEffect(() => {
    const box = scroller.current;
    const inside = content.current;
    if (!box || !inside) return undefined;
    let last = box.scrollTop;
    const onScroll = () => {
      const rest = box.scrollHeight - box.clientHeight - box.scrollTop;
      // Growth alone also makes `rest` large: only the person moves up.
      if (rest <= NEAR_PX) isAtBottom.value = true;
      else if (box.scrollTop < last) isAtBottom.value = false;
      last = box.scrollTop;
    };
    const watch = new ResizeObserver(() => {
      if (isAtBottom.peek()) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    watch.observe(inside);
    watch.observe(box);
    return () => {
      box.removeEventListener("scroll", onScroll);
      watch.disconnect();
    };
  }, []);

  useLayoutEffect(toBottom, [conversation]);
  const sent = useRef(outgoing);
  useLayoutEffect(() => {
    if (outgoing > sent.current) toBottom();
    sent.current = outgoing;
  }, [outgoing]);
  useKeptPlace(scroller, isAtBottom, first);
  return toBottom;
}

/** When something is put above, what the person reads stays where it is. */
function useKeptPlace(
  scroller: RefObject<HTMLElement | null>,
  isAtBottom: Signal<boolean>,
  first: string | undefined,
): void {
  const shown = useRef(first);
  // Here, before anything is drawn, everything still stands where the person sees it.
  const place = shown.current === first || isAtBottom.peek() ? undefined : placeOf(scroller.current);
  shown.current = first;
  useLayoutEffect(() => {
    if (place && scroller.current) restore(scroller.current, place);
  }, [first]);
}

interface Place {
  readonly anchor: Element;
  readonly top: number;
}

function placeOf(box: HTMLElement | null): Place | undefined {
  if (!box) return undefined;
  const edge = box.getBoundingClientRect().top;
  const entries = [...box.querySelectorAll(".entry")];
  const anchor = entries.find((entry) => entry.getBoundingClientRect().bottom > edge);
  return anchor && { anchor, top: anchor.getBoundingClientRect().top };
}

/** Browsers with scroll anchoring have done this already; the difference is nothing then. */
function restore(box: HTMLElement, { anchor, top }: Place): void {
  if (!anchor.isConnected) return;
  const moved = anchor.getBoundingClientRect().top - top;
  if (Math.abs(moved) > 1) box.scrollTop += moved;
}
