/** What the gateway says about messages that wait, in one language. */
export interface QueueSentences {
  /** To whoever wrote a message that a newer one of the same chat has replaced. */
  readonly superseded: string;
  /** To whoever wrote a message that had to go because too many waited. */
  readonly dropped: string;
  /** In place of an answer that a newer message broke off before its first word. */
  readonly interrupted: string;
}

export const queueSentencesEn: QueueSentences = {
  superseded: "A newer message came before this one was taken up, so only the newer one is answered.",
  dropped:
    "Too much was waiting here, so this message was left out. Please send it again if it still matters.",
  interrupted: "Stopped: your newer message comes first.",
};

export const queueSentencesZh: QueueSentences = {
  superseded: "在处理这条消息之前又收到了新消息,因此只回复较新的那一条。",
  dropped: "等待处理的消息太多,这条消息没有被处理。如果仍然需要,请重新发送。",
  interrupted: "已停止:先处理您的新消息。",
};
