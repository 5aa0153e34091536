/** What an agent answers that has said everything already: people see nothing of it. */
export const NO_REPLY = "NO_REPLY";

/** Whether an answer is exactly that. */
export const isSilence = (answer: string) => answer.trim() === NO_REPLY;

/** Whether an answer that is still being written may become that: until it cannot, nobody should see it. */
export const mayBecomeSilence = (begun: string) => NO_REPLY.startsWith(begun.trim());

/** What an agent answers that was woken and has found nothing; {@link NO_REPLY} means the same. */
export const HEARTBEAT_OK = "HEARTBEAT_OK";

/** Beside `HEARTBEAT_OK` so much may stand that nobody needs to read, as in OpenClaw. */
const MOST_BESIDE = 300;

/** Whether an answer to what nobody asked in a chat says that there is nothing to say. */
export function isNothingToSay(answer: string): boolean {
  const text = answer.trim();
  if (text === "" || isSilence(text)) return true;
  if (!text.startsWith(HEARTBEAT_OK) && !text.endsWith(HEARTBEAT_OK)) return false;
  return text.replace(HEARTBEAT_OK, "").trim().length <= MOST_BESIDE;
}
