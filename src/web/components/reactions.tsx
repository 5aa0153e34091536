import { strings } from "../text/strings.ts";

/** Emojis that agents put on a message. */
export function Reactions({ emojis }: { emojis: readonly string[] }) {
  return (
    <p class="reactions" role="img" aria-label={strings.reactions(emojis.join(" "))}>
      {emojis.map((emoji) => (
        <span key={emoji}>{emoji}</span>
      ))}
    </p>
  );
}
