import type { InboundMessage } from "../../../types.ts";
import type { DiscordSettings } from "../settings.ts";
import type { Bookmarks } from "./bookmarks.ts";
import type { HeardMessage } from "./message.ts";
import type { PatientCalls } from "./patient-calls.ts";
import type { Place, Places } from "./places.ts";

export interface AutoThreadParts {
  /** Resolves with the thread's id, also where it is there already, as after a crash. */
  readonly openThread: (
    from: { readonly channel: string; readonly message: string; readonly text: string },
    signal: AbortSignal,
  ) => Promise<string>;
  readonly patient: Pick<PatientCalls, "ask">;
  readonly places: Places;
  readonly bookmarks: Pick<Bookmarks, "keepHere" | "isKeptHere">;
}

/** Somebody waits for the answer: then it is given in the channel. */
const MOST_TRIES = 5;

/** Opens the thread in which the conversation that a message begins goes on. */
export class AutoThread {
  readonly #parts: AutoThreadParts;

  constructor(parts: AutoThreadParts) {
    this.#parts = parts;
  }

  /** Where `message` is answered: its thread, opened if need be, or its channel where none can be. */
  async placeOf(
    message: InboundMessage,
    raw: HeardMessage,
    place: Place,
    settings: DiscordSettings,
  ): Promise<Place> {
    if (place.kind !== "channel" || place.guild === undefined) return place;
    if (!settings.autoThread || !message.isForBot || !mayWrite(message, settings)) return place;
    const { places, patient, openThread, bookmarks } = this.#parts;
    if (bookmarks.isKeptHere(place.id, raw.id)) return place;
    const known = places.of(raw.id) ?? (raw.thread && places.noteChannel(raw.thread, place.guild));
    if (known) return known;
    const wish = { channel: place.id, message: raw.id, text: message.text };
    const ask = (signal: AbortSignal) => openThread(wish, signal);
    const id = await patient.ask("a thread for a conversation", ask, MOST_TRIES);
    if (id === undefined) {
      // In a thread it would be another message, if it came again after a crash.
      await bookmarks.keepHere(place, raw.id);
      return place;
    }
    const thread: Place = { id, kind: "thread", guild: place.guild, parent: place.id, isOurs: true };
    return places.note(thread);
  }
}

/** Strangers open no threads. The gateway's own check follows; this one only spares the channel. */
function mayWrite({ sender, within }: InboundMessage, { access: { group } }: DiscordSettings): boolean {
  if (!group?.isOpen) return false;
  const { allowFrom, allowRoles } = group;
  if (!allowFrom && !allowRoles) return true;
  if (allowFrom?.includes(sender.id) || allowFrom?.includes("*")) return true;
  return allowRoles?.some((role) => within?.roles?.includes(role)) ?? false;
}
