import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Shown, shownOf } from "../state/display.ts";
import { isClosedQuestion, withoutAsked } from "../state/questions.ts";
import { copyCodeOnClick } from "../text/copy.ts";
import { strings } from "../text/strings.ts";
import { Answer } from "./answer.tsx";
import { useChat } from "./context.ts";
import { EmptyState } from "./empty-state.tsx";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";
import { ClosedQuestion, Questions } from "./question-card.tsx";
import { StatusLine } from "./status-line.tsx";
import { useStickToBottom } from "./stick-to-bottom.ts";
import { OutgoingMessage, SentMessage } from "./user-message.tsx";

/** As many as anybody reads at once; older ones come back by scrolling up. */
const DRAWN_AT_ONCE = 60;

/** The conversation that is open: what was said, and what is being said. */
export function Transcript() {
  const chat = useChat();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const shown = useShown();
  const isAtBottom = useSignal(true);
  const { visible, isLoading } = useOlder(scroller, top, shown, isAtBottom);
  const toBottom = useStickToBottom(scroller, content, isAtBottom, {
    conversation: chat.current.value,
    first: visible[0]?.key,
    outgoing: chat.outgoing.value.length,
  });
  return (
    <div class="transcript">
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the buttons inside are real ones */}
      <div class="scroller" ref={scroller} tabIndex={-1} onClick={copyCodeOnClick}>
        <div class="column" ref={content} role="log" aria-live="off" aria-label={strings.conversations}>
          <div ref={top} class="older">
            {isLoading.value && strings.loadingOlder}
          </div>
          {visible.length === 0 && <Opening />}
          {visible.map((one) => (
            <ShownView key={one.key} shown={one} />
          ))}
          <Questions />
          <StatusLine />
        </div>
      </div>
      {!isAtBottom.value && visible.length > 0 && (
        <button type="button" class="jump" onClick={toBottom} aria-label={strings.jumpToNewest}>
          <Icon name="down" />
        </button>
      )}
    </div>
  );
}

/**
 * As much of the conversation as is drawn: its end, and from wherever the person has scrolled up to. More of it,
 * from here or from the gateway, when they come near the top.
 */
function useOlder(
  scroller: RefObject<HTMLElement | null>,
  top: RefObject<HTMLElement | null>,
  shown: ReadonlySignal<readonly Shown[]>,
  isAtBottom: ReadonlySignal<boolean>,
) {
  const chat = useChat();
  const key = chat.current.value;
  const from = useSignal<string | undefined>(undefined);
  const begin = useComputed(() => {
    const at = shown.value.findIndex((one) => one.key === from.value);
    return at >= 0 ? at : Math.max(0, shown.value.length - DRAWN_AT_ONCE);
  });
  const first = useComputed(() => chat.conversation.value.rows[0]?.id);
  const loading = useComputed(() => chat.conversation.value.loading);
  const isLoading = useComputed(() => loading.value === "older");
  useEffect(() => {
    // What somebody reads further up must not go because something new comes at the end.
    from.value = isAtBottom.value ? undefined : shown.peek()[begin.peek()]?.key;
  }, [key, isAtBottom.value]);
  useEffect(() => {
    const [box, sentinel] = [scroller.current, top.current];
    // The top of a long conversation is near for a moment, until the end is scrolled to.
    const isStill = isAtBottom.peek() && box !== null && box.scrollHeight > box.clientHeight;
    if (!sentinel || isStill) return undefined;
    const showMore = () => {
      const at = begin.peek();
      if (at > 0) from.value = shown.peek()[Math.max(0, at - DRAWN_AT_ONCE)]?.key;
      else void chat.feed.loadOlder(key);
    };
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) showMore();
      },
      { root: box, rootMargin: "400px 0px 0px 0px" },
    );
    watch.observe(sentinel);
    return () => watch.disconnect();
  }, [key, first.value, begin.value, loading.value, isAtBottom.value]);
  return { visible: shown.value.slice(begin.value), isLoading };
}

/** What stands in the transcript; not computed again while only the text of the running answer grows. */
function useShown() {
  const chat = useChat();
  const rows = useComputed(() => chat.conversation.value.rows);
  const turnId = useComputed(() => chat.conversation.value.turn?.turnId);
  const questions = useComputed(() => chat.conversation.value.questions);
  return useComputed((): readonly Shown[] => {
    const turn = turnId.value === undefined ? undefined : { turnId: turnId.value, messageIds: [] };
    return shownOf(withoutAsked(rows.value, questions.value), turn, chat.outgoing.value);
  });
}

const ShownView = memo(({ shown }: { shown: Shown }) => {
  const chat = useChat();
  const question = useMemo(() => questionOf(shown, chat.conversation.peek().rows), [shown]);
  if (shown.kind === "turn") return <Answer turnId={shown.turnId} row={undefined} question={undefined} />;
  if (shown.kind === "outgoing") {
    return <OutgoingMessage entry={shown.entry} isOpen={chat.connection.link.value === "open"} />;
  }
  const { row } = shown;
  if (isClosedQuestion(row.id)) return <ClosedQuestion text={row.text} />;
  if (row.role === "assistant") return <Answer turnId={row.turnId} row={row} question={question} />;
  const state = shown.isAnswered ? undefined : row.state;
  const { text, place, attachments, reactions } = row;
  return <SentMessage {...{ text, state, place, attachments, reactions }} />;
});

function questionOf(shown: Shown, rows: readonly { readonly id: string; readonly text: string }[]) {
  if (shown.kind !== "row" || !shown.row.error) return undefined;
  const ids = shown.row.messageIds ?? [];
  const asked = rows.filter((row) => ids.includes(row.id)).map((row) => row.text);
  return asked.length > 0 ? asked.join("\n\n") : undefined;
}

function Opening() {
  const chat = useChat();
  const loading = useComputed(() => chat.conversation.value.loading);
  if (loading.value === "done") return <EmptyState />;
  if (loading.value === "failed" && chat.connection.link.value === "open") {
    return (
      <p class="opening">
        {strings.historyFailed}{" "}
        <button type="button" class="link" onClick={() => chat.feed.open(chat.current.value)}>
          {strings.retry}
        </button>
      </p>
    );
  }
  return <p class="opening opening-late">{strings.loadingHistory}</p>;
}
