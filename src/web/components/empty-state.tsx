import { strings } from "../text/strings.ts";
import { useComposer } from "./composer-state.ts";
import { Mark } from "./icons.tsx";

/** What an empty conversation says: that one may begin, and how. */
export function EmptyState() {
  const composer = useComposer();
  return (
    <section class="empty">
      <Mark />
      <h2>{strings.emptyTitle}</h2>
      <p>{strings.emptyHint}</p>
      <ul>
        {strings.suggestions.map((text) => (
          <li key={text}>
            <button type="button" class="suggestion" onClick={() => composer.put(text)}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
