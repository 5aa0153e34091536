/** What an agent answers that has said everything already: people see nothing of it. */
export const NO_REPLY = "NO_REPLY";

/** Whether an answer is exactly that. */
export const isSilence = (answer: string) => answer.trim() === NO_REPLY;

/** Whether an answer that is still being written may become that: until it cannot, nobody should see it. */
export const mayBecomeSilence = (begun: string) => NO_REPLY.startsWith(begun.trim());
