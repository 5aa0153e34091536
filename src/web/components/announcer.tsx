import { useComputed } from "@preact/signals";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";

const HEARD_CHARACTERS = 600;

/** Tells those who listen that an answer is there: once, when it is whole. */
export function Announcer() {
  const chat = useChat();
  const said = useComputed(() => {
    const event = chat.lastAnswer.value;
    if (!event) return "";
    if (event.state === "aborted") return strings.announceStopped;
    const text = event.error?.message ?? event.text ?? "";
    return strings.announceAnswer(text.replaceAll(/[`*_#>|]+/g, "").slice(0, HEARD_CHARACTERS));
  });
  return (
    <div class="unseen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
