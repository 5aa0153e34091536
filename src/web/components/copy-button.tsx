import { useSignal } from "@preact/signals";
import { copyText } from "../text/copy.ts";
import { strings } from "../text/strings.ts";
import { Icon } from "./icons.tsx";

const SAYS_SO_MS = 1600;

/** Copies a text as it was written, and says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const isCopied = useSignal(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    isCopied.value = true;
    setTimeout(() => {
      isCopied.value = false;
    }, SAYS_SO_MS);
  };
  return (
    <button type="button" class="quiet-button" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon name={isCopied.value ? "check" : "copy"} />
      <span class="unseen" role="status">
        {isCopied.value ? strings.copied : ""}
      </span>
    </button>
  );
}
