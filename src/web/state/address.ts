import { effect } from "@preact/signals";
import type { Chat } from "./chat.ts";
import { idOfKey, keyOfId } from "./conversation-list.ts";

/** The conversation that a fragment names: `#c=…`. */
export function idInFragment(fragment: string): string | undefined {
  return new URLSearchParams(fragment.replace(/^#/, "")).get("c") ?? undefined;
}

/** The address of an open conversation, without the host. */
export function addressOf(key: string): string {
  return `${location.pathname}#c=${encodeURIComponent(idOfKey(key))}`;
}

/** Keeps the address bar and the open conversation the same, so that reload, back and forward work. */
export function followAddress(chat: Chat): void {
  let isFirst = true;
  effect(() => {
    const key = chat.current.value;
    if (idInFragment(location.hash) !== idOfKey(key)) {
      if (isFirst) history.replaceState(null, "", addressOf(key));
      else history.pushState(null, "", addressOf(key));
    }
    isFirst = false;
  });
  addEventListener("popstate", () => {
    const id = idInFragment(location.hash);
    const key = id === undefined ? undefined : keyOfId(id);
    if (key !== undefined && key !== chat.current.peek()) chat.open(key);
  });
}
