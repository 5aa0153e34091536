import { effect, signal } from "@preact/signals";
import type { KeyValueStore } from "./storage.ts";

/** The person's choice of colours; `auto` follows the system. */
export type Theme = "auto" | "light" | "dark";

const ORDER: readonly Theme[] = ["auto", "light", "dark"];

export const theme = signal<Theme>("auto");

/** Takes the kept choice over, before anything is painted, and keeps every later one. */
export function startTheme(store: KeyValueStore, root: HTMLElement): void {
  theme.value = ORDER.find((known) => known === store.get("theme")) ?? "auto";
  effect(() => {
    if (theme.value === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = theme.value;
    store.set("theme", theme.value);
  });
}

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "auto";
}
