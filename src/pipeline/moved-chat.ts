import { agentIds } from "../core/agent-list.ts";
import { movedMergeKey } from "../core/message-queue.ts";
import type { InboundEvent } from "../core/message.ts";
import { newSessionFile } from "../core/session-file.ts";
import { formatSessionKey } from "../core/session-key.ts";
import type { EventDeps } from "./act-on-event.ts";

type Migration = InboundEvent & { readonly kind: "migrated" };

/**
 * A chat has another address from now on: its conversations go on there, with what waits and what is being
 * answered. A second time there is nothing left to do.
 */
export async function carryOn({ from, to }: Migration, deps: EventDeps): Promise<void> {
  const { store, log } = deps;
  if (from.chat === to.chat) return;
  await deps.alone(to, async () => {
    const sessions = agentIds(deps.config()).map((agent) => {
      const key = formatSessionKey({ agent, address: from });
      return {
        from: key,
        to: formatSessionKey({ agent, address: to }),
        nextFile: newSessionFile(deps.folder, key),
      };
    });
    for (const { from: before } of sessions) {
      if (!(await store.sessions.get(before))) continue;
      // What is being answered goes on in the new chat, where it can be read.
      const running = deps.running(before);
      running?.stop("moved");
      await running?.ended;
      await deps.forget(before);
    }
    const moved = await store.chats.move({
      from,
      to,
      sessions,
      mergeKey: (key) => movedMergeKey(key, from, to),
    });
    await deps.onMoved?.(from, to);
    log.info({ from: from.chat, to: to.chat, sessions: moved }, "a chat has got another address");
  });
}
