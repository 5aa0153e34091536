import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Shown, shownOf } from "../state/display.ts";
import { copyCodeOnClick } from "../text/copy.ts";
import { strings } from "../text/strings.ts";
import { Answer } from "./answer.tsx";
import { useChat } from "./context.ts";
import { EmptyState } from "./empty-state.tsx";
import { Icon } from "./icons.tsx";
import { RunningAnswer } from "./running-answer.tsx";
import { StatusLine } from "./status-line.tsx";
import { useStickToBottom } from "./stick-to-bottom.ts";
import { OutgoingMessage, SentMessage } from "./user-message.tsx";

/** As many as anybody reads at once; older ones come back by scrolling up. */
const SHOWN_AT_FIRST = 60;
const SHOWN_MORE = 60;

/** The conversation that is open: what was said, and what is being said. */
export function Transcript() {
  const chat = useChat();
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const count = useSignal(SHOWN_AT_FIRST);
  const shown = useShown();
  const key = chat.current.value;
  const { isAtBottom, toBottom, keepPlace } = useStickToBottom(scroller, content, key, chat.outgoing);
  const isMore = useComputed(
    () => shown.value.length > count.value || chat.conversation.value.cursor !== undefined,
  );

  useEffect(() => {
    count.value = SHOWN_AT_FIRST;
  }, [key]);

  useEffect(() => {
    const sentinel = top.current;
    if (!sentinel) return undefined;
    const showMore = () => {
      keepPlace();
      if (shown.peek().length > count.peek()) count.value += SHOWN_MORE;
      else void chat.feed.loadOlder(key);
    };
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting) && isMore.peek()) showMore();
      },
      { root: scroller.current, rootMargin: "400px 0px 0px 0px" },
    );
    watch.observe(sentinel);
    return () => watch.disconnect();
  }, [key, chat.conversation.value.rows[0]?.id, count.value, chat.conversation.value.loading]);

  const visible = shown.value.slice(-count.value);
  return (
    <div class="transcript">
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the buttons inside are real ones */}
      <div class="scroller" ref={scroller} tabIndex={-1} onClick={copyCodeOnClick}>
        <div class="column" ref={content} role="log" aria-live="off" aria-label={strings.conversations}>
          <div ref={top} class="older">
            {isMore.value && chat.conversation.value.loading === "older" && strings.loadingOlder}
          </div>
          <Opening isEmpty={visible.length === 0} />
          {visible.map((one) => (
            <ShownView key={one.key} shown={one} />
          ))}
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

/** What stands in the transcript; not computed again while only the text of the running answer grows. */
function useShown() {
  const chat = useChat();
  const rows = useComputed(() => chat.conversation.value.rows);
  const turnId = useComputed(() => chat.conversation.value.turn?.turnId);
  return useComputed((): readonly Shown[] => {
    const turn = turnId.value === undefined ? undefined : { turnId: turnId.value, messageIds: [] };
    return shownOf(rows.value, turn, chat.outgoing.value);
  });
}

function ShownView({ shown }: { shown: Shown }) {
  const chat = useChat();
  const { steps } = chat.conversation.value;
  const question = useMemo(() => questionOf(shown, chat.conversation.peek().rows), [shown]);
  if (shown.kind === "turn") return <RunningAnswer turnId={shown.turnId} />;
  if (shown.kind === "outgoing") {
    return <OutgoingMessage entry={shown.entry} isOpen={chat.connection.link.value === "open"} />;
  }
  const { row } = shown;
  if (row.role === "user") {
    const state = shown.isAnswered ? undefined : row.state;
    return <SentMessage text={row.text} state={state} place={row.place} attachments={row.attachments} />;
  }
  return (
    <Answer
      row={row}
      question={question}
      steps={row.turnId === undefined ? undefined : steps.get(row.turnId)}
    />
  );
}

function questionOf(shown: Shown, rows: readonly { readonly id: string; readonly text: string }[]) {
  if (shown.kind !== "row" || !shown.row.error) return undefined;
  const ids = shown.row.messageIds ?? [];
  const asked = rows.filter((row) => ids.includes(row.id)).map((row) => row.text);
  return asked.length > 0 ? asked.join("\n\n") : undefined;
}

function Opening({ isEmpty }: { isEmpty: boolean }) {
  const chat = useChat();
  const { loading } = chat.conversation.value;
  if (!isEmpty) return null;
  if (loading === "done") return <EmptyState />;
  if (loading === "failed" && chat.connection.link.value === "open") {
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
