import type { InboundEvent, InboundMessage } from "../core/message.ts";
import type { KnownMessage } from "../core/store.ts";
import type { EventDeps } from "./act-on-event.ts";
import { hear } from "./hear.ts";
import { nameOf, oneLine, overheardLine } from "./chat-context.ts";

type Edit = InboundEvent & { readonly kind: "edited" };
type Removal = InboundEvent & { readonly kind: "removed" };

/** Of a message that nobody was to hear, no later word is kept either. */
const HEARD: ReadonlySet<KnownMessage["state"]> = new Set(["waiting", "taken", "overheard"]);

/**
 * Somebody changed what they had written. The latest text counts as long as the message waits; if the agent has it
 * already, its next prompt tells. It never makes a turn.
 */
export async function takeEdit({ message, by, text }: Edit, deps: EventDeps): Promise<void> {
  const { inbox, chats } = deps.store;
  const known = await inbox.find(message);
  if (!known || !HEARD.has(known.state) || known.message.text === text) return;
  const heard = known.state === "waiting" ? await heardNow(known, text, deps) : known.heard;
  if (!heard || (await inbox.rewrite(known.id, { written: text, heard }))) return;
  const { address } = known.message;
  if (known.state === "overheard") {
    const line = overheardLine({ ...known.message, text });
    if (await chats.rewrite(address, message.id, line)) return;
  }
  await chats.note(address, {
    about: `edit/${message.id}`,
    text: oneLine(`${nameOf(by.name)} edited message ${message.id}, which now says: ${text}`),
  });
}

/** A message that waits and was taken back is not answered, and nobody is told. What was overheard is forgotten. */
export async function takeRemoval({ message }: Removal, { store, events }: EventDeps): Promise<void> {
  const known = await store.inbox.find(message);
  if (known?.state === "overheard") {
    await store.chats.rewrite(known.message.address, message.id, undefined);
    return;
  }
  if (known?.session === undefined || !(await store.inbox.cancel(known.id))) return;
  const ended = { kind: "end", state: "aborted", messageIds: [message.id], text: "" } as const;
  events.publish(known.session, ended);
}

/** What the agent hears when the message says `text`; undefined if a hook does not let that pass. */
async function heardNow(
  known: KnownMessage,
  text: string,
  deps: EventDeps,
): Promise<InboundMessage | undefined> {
  const message = { ...known.heard, text: withoutCommand(known, text) };
  const sessionKey = known.session ?? deps.router.route(message).session;
  const hearing = await hear(message, sessionKey, deps.hooks);
  return "blocked" in hearing ? undefined : hearing.heard.message;
}

/** Of `/new Hello` the agent hears “Hello”. */
function withoutCommand({ message, heard }: KnownMessage, text: string): string {
  const isShorter = heard.text !== message.text && message.text.endsWith(heard.text);
  const command = isShorter ? message.text.slice(0, message.text.length - heard.text.length) : "";
  return text.startsWith(command) ? text.slice(command.length) : text;
}
