import { strings } from "./strings.ts";

/** Puts a text on the clipboard. False where the browser would not. Never rejects. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // Missing on pages that came over plain http from another machine.
    if (!navigator.clipboard) return copyBySelection(text);
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed here: the old way asks nobody.
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  // oxlint-disable-next-line typescript/no-deprecated -- the only way without a secure context
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

const SAYS_SO_MS = 1600;

/** One listener for the copy buttons of all pieces of code, which come and go with the text. */
export function copyCodeOnClick(event: MouseEvent): void {
  const button = event.target instanceof Element ? event.target.closest("button.copy-code") : null;
  const code = button?.closest(".code")?.querySelector("code")?.textContent;
  if (button && code !== undefined && code !== null) void copyAndSay(button, code);
}

/** Never rejects. */
async function copyAndSay(button: Element, code: string): Promise<void> {
  if (!(await copyText(code))) return;
  button.textContent = strings.copied;
  setTimeout(() => {
    button.textContent = strings.copy;
  }, SAYS_SO_MS);
}
