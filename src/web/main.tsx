import { render } from "preact";
import { App } from "./components/app.tsx";
import { ComposerProvider, ComposerState } from "./components/composer-state.ts";
import { ChatProvider } from "./components/context.ts";
import { addressOf, followAddress, idInFragment } from "./state/address.ts";
import { Chat } from "./state/chat.ts";
import { keepCredential, takeToken } from "./state/credential.ts";
import { browserShelf } from "./state/browser-shelf.ts";
import { followTitle } from "./state/page-title.ts";
import { soon } from "./state/soon.ts";
import { browserStore, type KeyValueStore, STORAGE_PREFIX } from "./state/storage.ts";
import { startTheme } from "./state/theme.ts";
import { language } from "./text/strings.ts";

const store = browserStore(() => localStorage);
const session = browserStore(() => sessionStorage);

startTheme(store, document.documentElement);
document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
takeTokenFromAddress(session);
addEventListener("DOMContentLoaded", start);

/** The token is in the address for a moment only: no history, no screenshot, no shared link keeps it. */
function takeTokenFromAddress(into: KeyValueStore): void {
  const { token, rest } = takeToken(location.hash);
  if (token === undefined) return;
  keepCredential(into, token);
  history.replaceState(null, "", location.pathname + rest);
}

function start(): void {
  const chat = new Chat({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
    store,
    session,
    shelf: browserShelf(globalThis.indexedDB),
    soon,
    startId: idInFragment(location.hash),
  });
  const root = document.getElementById("app");
  if (!root) return;
  followAddress(chat);
  followTitle(chat);
  followBrowser(chat);
  render(
    <ChatProvider value={chat}>
      <ComposerProvider value={new ComposerState(store)}>
        <App />
      </ComposerProvider>
    </ChatProvider>,
    root,
  );
  chat.start();
}

/** The network, the person and the other tabs come and go. */
function followBrowser(chat: Chat): void {
  addEventListener("online", () => chat.wake());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    chat.markRead();
    chat.wake();
  });
  addEventListener("storage", ({ key }) => {
    if (key?.startsWith(STORAGE_PREFIX)) chat.takeFromTabs();
  });
  addEventListener("hashchange", () => takeLateToken(chat));
  followKeyboard();
}

/** The printed link opened in a tab that has the page already only changes the fragment. */
function takeLateToken(chat: Chat): void {
  if (!location.hash.includes("token=")) return;
  takeTokenFromAddress(session);
  if (!location.hash) history.replaceState(null, "", addressOf(chat.current.value));
  chat.connection.reconnect();
}

/** A phone's keyboard makes the visible part smaller without telling the layout, on iOS. */
function followKeyboard(): void {
  const view = globalThis.visualViewport;
  if (!view) return;
  const fit = () => {
    const isShorter = Math.abs(innerHeight - view.height) > 1 && view.scale === 1;
    const { style } = document.documentElement;
    if (isShorter) style.setProperty("--visible-height", `${view.height}px`);
    else style.removeProperty("--visible-height");
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
}
