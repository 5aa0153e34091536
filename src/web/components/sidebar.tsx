import type { Signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { nextTheme, theme } from "../state/theme.ts";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { ConversationItem } from "./conversation-item.tsx";
import { Icon, Mark } from "./icons.tsx";

/** The conversations, and what belongs to the page as a whole. A drawer on narrow screens. */
export function Sidebar({ isOpen }: { isOpen: Signal<boolean> }) {
  const chat = useChat();
  const closer = useRef<HTMLButtonElement>(null);
  const close = () => {
    isOpen.value = false;
  };
  useFocusWhileOpen(isOpen.value, closer);
  return (
    <nav
      class={`sidebar ${isOpen.value ? "sidebar-open" : ""}`}
      id="sidebar"
      aria-label={strings.conversations}
    >
      <div class="sidebar-head">
        <Mark />
        <span class="brand">{strings.appName}</span>
        <button
          type="button"
          class="quiet-button narrow-only"
          ref={closer}
          aria-label={strings.closeList}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      <button
        type="button"
        class="new-conversation"
        onClick={() => {
          chat.begin();
          close();
        }}
      >
        <Icon name="plus" />
        {strings.newConversation}
      </button>
      {chat.list.listed.value.length === 0 ? (
        <p class="sidebar-empty">{strings.nothingListed}</p>
      ) : (
        <ul class="listed">
          {chat.list.listed.value.map((listed) => (
            <ConversationItem key={listed.key} listed={listed} onOpen={close} />
          ))}
        </ul>
      )}
      <Foot />
    </nav>
  );
}

/** The keyboard goes into the drawer with the person, and back to the button that opened it. */
function useFocusWhileOpen(isOpen: boolean, inside: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    inside.current?.focus();
    return () => {
      const opener = document.querySelector<HTMLElement>("[aria-controls='sidebar']");
      // What is behind the drawer can be reached again only after this.
      requestAnimationFrame(() => opener?.focus());
    };
  }, [isOpen]);
}

const THEMES = {
  auto: { icon: "half", label: strings.themeAuto },
  light: { icon: "sun", label: strings.themeLight },
  dark: { icon: "moon", label: strings.themeDark },
} as const;

function Foot() {
  const chat = useChat();
  const { icon, label } = THEMES[theme.value];
  const version = chat.welcome.value?.version;
  return (
    <div class="sidebar-foot">
      <button type="button" class="quiet-button" aria-label={label} title={label} onClick={nextTheme}>
        <Icon name={icon} />
      </button>
      {chat.hasCredential.value && (
        <button
          type="button"
          class="quiet-button"
          aria-label={strings.signOut}
          title={strings.signOut}
          onClick={() => chat.signOut()}
        >
          <Icon name="leave" />
        </button>
      )}
      {version && <span class="version">{version}</span>}
    </div>
  );
}
