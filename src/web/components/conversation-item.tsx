import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Listed } from "../state/conversation-list.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";

/** One conversation in the sidebar. */
export function ConversationItem({ listed, onOpen }: { listed: Listed; onOpen: () => void }) {
  const chat = useChat();
  const mode = useSignal<"plain" | "rename" | "remove">("plain");
  const back = () => {
    mode.value = "plain";
  };
  if (mode.value === "rename") return <Rename listed={listed} onDone={back} />;
  if (mode.value === "remove") return <Remove listed={listed} onDone={back} />;
  const title = listed.title || strings.untitled;
  const isCurrent = chat.current.value === listed.key;
  return (
    <li class={`listed-item ${isCurrent ? "listed-current" : ""}`}>
      <button
        type="button"
        class="listed-open"
        aria-current={isCurrent ? "page" : undefined}
        title={title}
        onClick={() => {
          chat.open(listed.key);
          onOpen();
        }}
      >
        <span class="listed-title" dir="auto">
          {title}
        </span>
        <Marks conversation={listed.key} />
      </button>
      <span class="listed-actions">
        <button
          type="button"
          class="quiet-button"
          aria-label={strings.rename(title)}
          onClick={() => {
            mode.value = "rename";
          }}
        >
          <Icon name="pencil" />
        </button>
        <button
          type="button"
          class="quiet-button"
          aria-label={strings.remove(title)}
          onClick={() => {
            mode.value = "remove";
          }}
        >
          <Icon name="trash" />
        </button>
      </span>
    </li>
  );
}

function Marks({ conversation }: { conversation: string }) {
  const chat = useChat();
  const isRunning = useComputed(() => chat.feed.conversation(conversation).value.turn !== undefined);
  const unread = useComputed(() => chat.unread.value.get(conversation) ?? 0);
  if (unread.value > 0) {
    return (
      <span class="badge">
        <span aria-hidden="true">{unread}</span>
        <span class="unseen">{strings.unread(unread.value)}</span>
      </span>
    );
  }
  if (!isRunning.value) return null;
  return (
    <span class="working-dot">
      <span class="unseen">{strings.working}</span>
    </span>
  );
}

function Rename({ listed, onDone }: { listed: Listed; onDone: () => void }) {
  const chat = useChat();
  const field = useRef<HTMLInputElement>(null);
  // At once, not after the next frame: whoever types right away types in here.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const keep = () => {
    if (field.current) chat.list.rename(listed.key, field.current.value);
    onDone();
  };
  return (
    <li class="listed-item">
      <input
        ref={field}
        class="listed-rename"
        aria-label={strings.newName}
        defaultValue={listed.title}
        maxLength={80}
        dir="auto"
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter") keep();
          if (event.key !== "Escape") return;
          event.stopPropagation();
          onDone();
        }}
      />
    </li>
  );
}

function Remove({ listed, onDone }: { listed: Listed; onDone: () => void }) {
  const chat = useChat();
  const cancel = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => cancel.current?.focus(), []);
  return (
    <li class="listed-item listed-question">
      <p>{strings.removeQuestion}</p>
      <button type="button" class="plain-button danger" onClick={() => chat.forget(listed.key)}>
        {strings.removeYes}
      </button>
      <button type="button" class="plain-button" ref={cancel} onClick={onDone}>
        {strings.cancel}
      </button>
    </li>
  );
}
