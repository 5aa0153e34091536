import type { UiAnswer, UiRequest } from "../core/rpc-protocol.ts";
import type { Logger } from "../lib/logger.ts";

/** pi waits for an answer to these; everything else it only tells. */
const QUESTIONS: ReadonlySet<string> = new Set(["select", "confirm", "input", "editor"]);

/**
 * What pi or an extension of the person's own asks of people. Nobody is asked yet: a question is cancelled
 * at once, so that no turn waits for an answer that cannot come. Undefined where none is expected.
 */
export function answerUiRequest(request: UiRequest, log: Logger): UiAnswer | undefined {
  if (!QUESTIONS.has(request.method)) return undefined;
  log.warn({ method: request.method, title: request.title }, "a question of a pi extension was cancelled");
  return { cancelled: true };
}
