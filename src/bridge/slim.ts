/**
 * Loaded into pi before 0.84 only. There each delta repeats the whole message, so a reply of 50 kB
 * writes hundreds of megabytes. pi hands the same objects first to extensions and then to the writer of its
 * output: a `toJSON` on them leaves out what only repeats.
 */

interface UpdateEvent {
  readonly message?: Record<string, unknown>;
  readonly assistantMessageEvent?: Record<string, unknown>;
}

interface PiApi {
  on(event: "message_update", listener: (event: UpdateEvent) => void): void;
}

function withoutPartial(this: Record<string, unknown>): object {
  const { partial: _partial, ...rest } = this;
  return rest;
}

function withoutContent(this: Record<string, unknown>): object {
  return { role: this["role"] };
}

export default function slim(pi: PiApi): void {
  pi.on("message_update", ({ message, assistantMessageEvent }) => {
    if (assistantMessageEvent?.["partial"]) {
      Object.defineProperty(assistantMessageEvent, "toJSON", { value: withoutPartial });
    }
    // The finished message is written as another object, so it keeps its content.
    if (message?.["content"]) Object.defineProperty(message, "toJSON", { value: withoutContent });
  });
}
