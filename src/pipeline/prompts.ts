import type { Prompt } from "../core/agent.ts";
import type { Config } from "../core/config-schema.ts";
import type { FetchBytes } from "../core/fetch.ts";
import type { HookRunner } from "../core/hooks.ts";
import { agentOfKey } from "../core/session-key.ts";
import type { OutboxLedger } from "../core/store.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { complain } from "./complain.ts";
import { composePrompt } from "./compose-prompt.ts";
import { DownloadCache } from "./download-cache.ts";
import { receiveFiles } from "./incoming-files.ts";
import type { Sentences } from "./sentences.ts";
import { hear, type Recording } from "./transcription.ts";
import type { TurnDeps, TurnProgress } from "./turn.ts";

export interface PromptParts {
  readonly hooks: HookRunner;
  readonly fetch: FetchBytes;
  readonly config: () => Pick<Config, "media" | "audio">;
  /** Where what was fetched is kept, and the working directory of an agent's pi. */
  readonly folders: { readonly media: string; readonly workspace: (agent: string) => string };
  readonly outbox: Pick<OutboxLedger, "post">;
  readonly sentences: () => Sentences;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How the messages of a turn become a prompt, with what came with them fetched; its senders hear what did not come. */
export function promptsWith(parts: PromptParts): TurnDeps["compose"] {
  const { config, folders, clock, log } = parts;
  const cache = new DownloadCache({ folder: folders.media, clock });
  const deps = {
    config,
    cache,
    clock,
    log,
    hear: (recording: Recording, signal: AbortSignal) => hear(recording, { ...parts, cache }, signal),
  };
  return async (turn, channel, signal, command): Promise<Prompt> =>
    composePrompt(turn, {
      command,
      files: async (messages) => {
        const workspace = folders.workspace(agentOfKey(turn.session));
        const place = { channel, session: turn.session, workspace, signal };
        const received = await receiveFiles(messages, place, deps);
        const complaints = received.flat().flatMap(({ complaint }) => (complaint ? [complaint] : []));
        await complain(turn, complaints, { ...parts, nowMs: clock.now() });
        return received;
      },
    });
}

/** The same, for a turn that is watched: while it waits for files it is not stuck. */
export function whileWatched(
  compose: TurnDeps["compose"],
  progress: Pick<TurnProgress, "see">,
): TurnDeps["compose"] {
  return async (...asked) => {
    progress.see({ type: "question", open: true });
    try {
      return await compose(...asked);
    } finally {
      progress.see({ type: "question", open: false });
    }
  };
}
