import { useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Conversation } from "../state/conversation.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";

const SHOWN_AFTER_S = 3;

/** What the gateway is doing for this conversation, in one line under it. */
export function StatusLine() {
  const chat = useChat();
  const status = useComputed(() => statusOf(chat.conversation.value));
  const since = useComputed(() => chat.conversation.value.turn?.sinceMs);
  if (status.value === undefined) return null;
  return (
    <p class="status" role="status">
      <span class="status-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {status}
      {since.value !== undefined && <Elapsed sinceMs={since.value} />}
    </p>
  );
}

function statusOf({ turn, rows, steps, questions }: Conversation): string | undefined {
  if (questions.length > 0) return strings.statusAsked;
  if (!turn) {
    const isNext = rows.some(
      (row) => row.state === "running" || (row.state === "waiting" && row.place === undefined),
    );
    return isNext ? strings.statusWorking : undefined;
  }
  if (turn.status === "retrying") return strings.statusRetrying;
  if (turn.status === "compacting") return strings.statusCompacting;
  const tool = steps.get(turn.turnId)?.findLast((step) => step.kind === "tool" && !step.isDone);
  if (tool?.kind === "tool") return strings.statusTool(tool.tool);
  return turn.text === "" ? strings.statusWorking : strings.statusWriting;
}

function Elapsed({ sinceMs }: { sinceMs: number }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    now.value = Date.now();
    const tick = setInterval(() => {
      now.value = Date.now();
    }, 1000);
    return () => clearInterval(tick);
  }, [sinceMs]);
  const seconds = Math.floor((now.value - sinceMs) / 1000);
  if (seconds < SHOWN_AFTER_S) return null;
  const text =
    seconds < 60 ? strings.seconds(seconds) : strings.minutes(Math.floor(seconds / 60), seconds % 60);
  return (
    <span class="status-time" aria-hidden="true">
      {text}
    </span>
  );
}
