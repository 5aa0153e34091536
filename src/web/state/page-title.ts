import { computed, effect } from "@preact/signals";
import { strings } from "../text/strings.ts";
import type { Chat } from "./chat.ts";

/** Keeps the title of the browser's tab true: answers not looked at, work going on, what it is about. */
export function followTitle(chat: Chat): void {
  const isWorking = computed(() => chat.conversation.value.turn !== undefined);
  effect(() => {
    const about = chat.list.listed.value.find((listed) => listed.key === chat.current.value)?.title;
    const title = about ? `${about} · ${strings.appName}` : strings.appName;
    const unread = [...chat.unread.value.values()].reduce((sum, count) => sum + count, 0);
    if (unread > 0) document.title = strings.titleUnread(unread, title);
    else document.title = isWorking.value ? strings.titleWorking(title) : title;
  });
}
