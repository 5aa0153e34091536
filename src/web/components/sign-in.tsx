import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { strings } from "../text/strings.ts";
import { useChat } from "./context.ts";
import { Mark } from "./icons.tsx";

/** Asks for the token or password; nothing else of the page is there until the gateway took it. */
export function SignIn() {
  const chat = useChat();
  const field = useRef<HTMLInputElement>(null);
  const isShown = useSignal(false);
  useEffect(() => field.current?.focus(), []);
  const refusal = chat.connection.refusal.value;
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
        <label for="secret">{strings.signInLabel}</label>
        <div class="secret">
          <input
            id="secret"
            ref={field}
            type="password"
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={refusal ? "sign-in-error" : "sign-in-help"}
            aria-invalid={refusal !== undefined}
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
        {refusal && (
          <p id="sign-in-error" class="bad" role="alert">
            {refusal.message || strings.signInWrong}
          </p>
        )}
        <button type="submit" class="solid-button">
          {strings.signInButton}
        </button>
      </form>
    </main>
  );
}
