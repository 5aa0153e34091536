/** What the gateway says when something happens in a chat that is no message. */
export interface EventSentences {
  /** To a group that has taken the bot in; `name` is what people call it there. */
  readonly introduction: (facts: {
    readonly name: string | undefined;
    readonly needsMention: boolean;
    readonly help: string;
  }) => string;
}

export const eventSentencesEn: EventSentences = {
  introduction: ({ name, needsMention, help }) => {
    const who = name === undefined ? "I am an assistant" : `I am ${name}, an assistant`;
    const how = needsMention
      ? `Mention me${name === undefined ? "" : ` (${name})`} or reply to one of my messages, and I answer.`
      : "Just write here, and I answer.";
    return `Hello! ${who}. ${how} ${help} shows what I can do.`;
  },
};

export const eventSentencesZh: EventSentences = {
  introduction: ({ name, needsMention, help }) => {
    const who = name === undefined ? "我是一个 AI 助手" : `我是 AI 助手 ${name}`;
    const how = needsMention
      ? `在消息里提到我${name === undefined ? "" : `(${name})`},或者回复我的消息,我就会回答。`
      : "直接在这里发消息,我就会回答。";
    return `大家好!${who}。${how}发送 ${help} 可以查看我能做什么。`;
  },
};
