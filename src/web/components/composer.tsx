import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { isWorking } from "../state/display.ts";
import { strings } from "../text/strings.ts";
import { AttachButton, ChosenFiles } from "./attachments.tsx";
import { CommandList, useCommandMenu } from "./command-menu.tsx";
import { useComposer } from "./composer-state.ts";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";

/** Where people write. */
export function Composer() {
  const chat = useChat();
  const composer = useComposer();
  const field = useRef<HTMLTextAreaElement>(null);
  const key = chat.current.value;

  composer.show(key);
  const menu = useCommandMenu();
  useLayoutEffect(() => {
    composer.field = field.current;
  }, []);
  useLayoutEffect(() => fitHeight(field.current), [composer.text.value]);
  useEffect(() => {
    // On a phone this would open the keyboard over what one came to read.
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, [key]);

  const send = () => {
    void composer.send((text, files) => chat.send(text, files));
    field.current?.focus();
  };
  return (
    <div class="composer">
      <CommandList {...menu} />
      <ChosenFiles />
      <textarea
        id="message"
        ref={field}
        rows={1}
        dir="auto"
        aria-label={strings.message}
        {...menu.aria}
        placeholder={strings.placeholder}
        value={composer.text.value}
        onInput={(event) => composer.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (menu.press(event) || !sends(event)) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="composer-row">
        <AttachButton />
        <span class="composer-hint">{strings.keysHint}</span>
        <StopButton />
        <button
          type="button"
          class="send"
          aria-label={strings.send}
          title={strings.send}
          disabled={!composer.canSend.value}
          onClick={send}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

function StopButton() {
  const chat = useChat();
  const canStop = useComputed(
    () => chat.conversation.value.turn !== undefined && isWorking(chat.conversation.value),
  );
  if (!canStop.value) return null;
  return (
    <button
      type="button"
      class="stop"
      aria-label={strings.stop}
      title={strings.stop}
      onClick={() => void chat.stop()}
    >
      <Icon name="stop" />
    </button>
  );
}

/** Enter sends, unless it ends a word in an input method: 229 is what Safari says then. */
function sends(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return false;
  // oxlint-disable-next-line typescript/no-deprecated -- Safari clears isComposing before the key that ends it
  return !event.isComposing && event.keyCode !== 229;
}

function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
