import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { strings } from "../text/strings.ts";
import { Announcer } from "./announcer.tsx";
import { DropZone } from "./attachments.tsx";
import { Composer } from "./composer.tsx";
import { useChat } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ConnectionNotice, DemoBanner } from "./notices.tsx";
import { Sidebar } from "./sidebar.tsx";
import { SignIn } from "./sign-in.tsx";
import { Transcript } from "./transcript.tsx";

/** The whole page. */
export function App() {
  const chat = useChat();
  const { link } = chat.connection;
  if (chat.isSigningIn.value) return <SignIn />;
  // Whether there is anything to see is known in a moment: no flash of a page that may not be used.
  if (link.value === "connecting" && !chat.hasCredential.value && !chat.welcome.value) return null;
  return <Conversations />;
}

function Conversations() {
  const isOpen = useDrawer();
  return (
    <div class="app">
      <a class="skip" href="#message" onClick={skipToMessage}>
        {strings.skipToMessage}
      </a>
      <Sidebar isOpen={isOpen} />
      {isOpen.value && (
        <button
          type="button"
          class="veil"
          tabIndex={-1}
          aria-label={strings.closeList}
          onClick={() => {
            isOpen.value = false;
          }}
        />
      )}
      <main class="main" inert={isOpen.value}>
        <DemoBanner />
        <Head onOpenList={() => (isOpen.value = true)} isListOpen={isOpen.value} />
        <Transcript />
        <div class="dock">
          <ConnectionNotice />
          <Composer />
        </div>
      </main>
      <DropZone />
      <Announcer />
    </div>
  );
}

/** The list as a drawer: Escape closes it, and otherwise stops the running turn. */
function useDrawer() {
  const chat = useChat();
  const isOpen = useSignal(false);
  useEffect(() => {
    const ending = new AbortController();
    const close = () => {
      isOpen.value = false;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (isOpen.peek()) close();
      else void chat.stop();
    };
    document.addEventListener("keydown", onKey, { signal: ending.signal });
    matchMedia("(max-width: 48rem)").addEventListener("change", close, { signal: ending.signal });
    return () => ending.abort();
  }, []);
  return isOpen;
}

/** The address bar keeps naming the conversation. */
function skipToMessage(event: Event): void {
  event.preventDefault();
  document.getElementById("message")?.focus();
}

function Head({ onOpenList, isListOpen }: { onOpenList: () => void; isListOpen: boolean }) {
  const chat = useChat();
  const title = chat.list.find(chat.current.value)?.title || strings.newConversation;
  return (
    <header class="head">
      <button
        type="button"
        class="quiet-button narrow-only"
        aria-label={strings.openList}
        aria-expanded={isListOpen}
        aria-controls="sidebar"
        onClick={onOpenList}
      >
        <Icon name="menu" />
      </button>
      <h1 dir="auto">{title}</h1>
      <button
        type="button"
        class="quiet-button narrow-only"
        aria-label={strings.newConversation}
        onClick={() => chat.begin()}
      >
        <Icon name="plus" />
      </button>
    </header>
  );
}
