import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";

/** Says at the top that no real model answers, and how to get one. */
export function DemoBanner() {
  const chat = useChat();
  if (chat.welcome.value?.demo !== true) return null;
  return (
    <details class="demo">
      <summary>
        <span>{strings.demoTitle}</span>
        <span class="demo-more">{strings.demoMore}</span>
      </summary>
      <ol>
        {strings.demoSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </details>
  );
}

/** A short break is nothing to speak of. */
const SAID_AFTER_MS = 800;

/** Says above the composer that the gateway cannot be reached, or that the page is old. */
export function ConnectionNotice() {
  const chat = useChat();
  const isLate = useSignal(false);
  const isDown = chat.connection.link.value === "waiting";
  useEffect(() => {
    isLate.value = false;
    if (!isDown) return undefined;
    const timer = setTimeout(() => {
      isLate.value = true;
    }, SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isDown]);
  return (
    <div role="status" class="notices">
      {isDown && isLate.value && (
        <p class="notice notice-offline">
          <span>{strings.offline}</span>
          <button type="button" class="link" onClick={() => chat.wake()}>
            {strings.tryNow}
          </button>
        </p>
      )}
      {!isDown && chat.isOutdated.value && (
        <p class="notice">
          <span>{strings.outdated}</span>
          <button type="button" class="link" onClick={() => location.reload()}>
            {strings.reload}
          </button>
        </p>
      )}
      <Problem />
    </div>
  );
}

function Problem() {
  const chat = useChat();
  const problem = chat.problems.value.get(chat.current.value);
  if (!problem) return null;
  return (
    <p class="notice bad">
      {problem.message || strings.somethingWrong}
      {problem.ref && ` ${strings.reference(problem.ref)}`}
    </p>
  );
}
