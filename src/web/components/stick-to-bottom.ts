import { type ReadonlySignal, type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";

/** So near to the end counts as being there. */
const NEAR_PX = 40;

export interface Sticking {
  readonly isAtBottom: Signal<boolean>;
  readonly toBottom: () => void;
  /** Call before something is put above: what the person reads stays where it is. */
  readonly keepPlace: () => void;
}

/**
 * Keeps the newest in sight for somebody who is at the end, and never moves anybody who is not.
 * Opening a conversation and sending a message go to the end.
 */
export function useStickToBottom(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  conversation: string,
  outgoing: ReadonlySignal<readonly unknown[]>,
): Sticking {
  const isAtBottom = useSignal(true);
  const place = useRef<Place | undefined>(undefined);
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
  const sent = useRef(outgoing.value.length);
  useLayoutEffect(() => {
    if (outgoing.value.length > sent.current) toBottom();
    sent.current = outgoing.value.length;
  }, [outgoing.value.length]);

  useLayoutEffect(() => {
    if (place.current && scroller.current) restore(scroller.current, place.current);
  });
  const keepPlace = useMemo(
    () => () => {
      place.current = isAtBottom.peek() ? undefined : placeOf(scroller.current);
    },
    [],
  );
  return { isAtBottom, toBottom, keepPlace };
}

interface Place {
  readonly anchor: Element;
  readonly top: number;
  readonly entries: number;
}

function placeOf(box: HTMLElement | null): Place | undefined {
  if (!box) return undefined;
  const edge = box.getBoundingClientRect().top;
  const entries = [...box.querySelectorAll(".entry")];
  const anchor = entries.find((entry) => entry.getBoundingClientRect().bottom > edge);
  return anchor && { anchor, top: anchor.getBoundingClientRect().top, entries: entries.length };
}

/** Browsers with scroll anchoring have done this already; the difference is nothing then. */
function restore(box: HTMLElement, { anchor, top, entries }: Place): void {
  if (!anchor.isConnected || box.querySelectorAll(".entry").length === entries) return;
  const moved = anchor.getBoundingClientRect().top - top;
  if (Math.abs(moved) > 1) box.scrollTop += moved;
}
