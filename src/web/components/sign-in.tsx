import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { Mark } from "./icons.tsx";

/** Asks for the token or password; nothing else of the page is there until the gateway took it. */
export function SignIn() {
  const chat = useChat();
  const field = useRef<HTMLInputElement>(null);
  const refusal = chat.refusal.value;
  const link = chat.connection.link.value;
  useEffect(() => field.current?.focus(), []);
  // After a refusal the person most likely types it all again.
  useEffect(() => {
    if (refusal) field.current?.select();
  }, [refusal]);
  return (
    <main class="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const value = field.current?.value.trim();
          if (value) chat.signIn(value);
          else field.current?.focus();
        }}
      >
        <Mark />
        <h1>{strings.signInTitle}</h1>
        <p id="sign-in-help">
          {strings.signInHelp} {strings.signInCommand[0]}
          <code>pi-gw token show</code>
          {strings.signInCommand[1]}
        </p>
        <SecretField field={field} isWrong={refusal !== undefined} />
        {refusal && (
          <p id="sign-in-error" class="bad" role="alert">
            {refusal.code === "UNAUTHORIZED" ? strings.signInWrong : refusal.message}
          </p>
        )}
        {link === "waiting" && (
          <p class="bad" role="alert">
            {strings.signInOffline}
          </p>
        )}
        <button type="submit" class="solid-button">
          {link === "connecting" ? strings.connecting : strings.signInButton}
        </button>
      </form>
    </main>
  );
}

function SecretField({ field, isWrong }: { field: RefObject<HTMLInputElement | null>; isWrong: boolean }) {
  const isShown = useSignal(false);
  return (
    <>
      <label for="secret">{strings.signInLabel}</label>
      <div class="secret">
        <input
          id="secret"
          ref={field}
          type="password"
          autocomplete="current-password"
          autocapitalize="off"
          spellcheck={false}
          aria-describedby={isWrong ? "sign-in-error" : "sign-in-help"}
          aria-invalid={isWrong}
        />
        <button
          type="button"
          class="plain-button"
          aria-pressed={isShown.value}
          onClick={() => {
            isShown.value = !isShown.value;
            if (field.current) field.current.type = isShown.value ? "text" : "password";
          }}
        >
          {strings.showSecret}
        </button>
      </div>
    </>
  );
}
