import { useComputed } from "@preact/signals";
import { AnswerFrame } from "./answer.tsx";
import { useChat } from "./context.ts";
import { MarkdownView } from "./markdown-view.tsx";
import { Steps } from "./steps.tsx";

/** The answer that is being written. Nothing but this is drawn again when it grows. */
export function RunningAnswer({ turnId }: { turnId: string }) {
  const chat = useChat();
  const text = useComputed(() => chat.conversation.value.turn?.text ?? "");
  const steps = useComputed(() => chat.conversation.value.steps.get(turnId));
  return (
    <AnswerFrame>
      {steps.value && <Steps steps={steps.value} isRunning />}
      {text.value && <MarkdownView text={text.value} isWhole={false} />}
    </AnswerFrame>
  );
}
