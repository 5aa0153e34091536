/** What the gateway says about who may talk, in one language. */
export interface AccessSentences {
  /** To a stranger: their code, and the command with which the owner lets them in. */
  readonly code: (code: string, command: string) => string;
  readonly approved: string;
  /** Added for the first one who is let in where the configuration names no owner. */
  readonly approvedAsOwner: string;
  /** To an owner: somebody asks. `who` and `id` are Markdown already. */
  readonly asked: (asker: {
    readonly who: string;
    readonly id: string;
    readonly code: string;
    readonly prefix: string;
  }) => string;
  readonly approve: string;
  readonly deny: string;
  /** To an owner: somebody wrote in a group that nobody has listed. */
  readonly unlisted: (group: { readonly who: string; readonly id: string; readonly key: string }) => string;
}

export const accessSentencesEn: AccessSentences = {
  code: (code, command) =>
    [
      `This is a private assistant, and its owner decides who may talk to it. Your code is \`${code}\`.`,
      "Please send the code to the owner, who lets you in with this command:",
      `\`\`\`\n${command}\n\`\`\``,
      "The code is good for one hour. You will be told here once you are in; what you have written so far was not read.",
    ].join("\n\n"),
  approved: "You have been let in. What you wrote before was not read, so please send it again.",
  approvedAsOwner:
    "You are the first one, so you own this gateway: every command is yours, and you are asked when something needs permission. To name other owners, set `owners` in pi-gateway.jsonc.",
  asked: ({ who, id, code, prefix }) =>
    `${who} (${id}) would like to talk to me. To let them in, write \`${prefix}pair approve ${code}\`; to refuse, \`${prefix}pair deny ${code}\`. The code is good for one hour.`,
  approve: "Let in",
  deny: "Refuse",
  unlisted: ({ who, id, key }) =>
    `${who} wrote in the group \`${id}\`, where I stay silent because nobody has listed it. To have me answer there, add \`"${id}": {}\` to \`${key}\` in pi-gateway.jsonc. I say this once for each group.`,
};

export const accessSentencesZh: AccessSentences = {
  code: (code, command) =>
    [
      `这是一个私人助手,由主人决定谁可以与它对话。您的配对码是 \`${code}\`。`,
      "请把配对码发给主人,主人用下面的命令即可批准:",
      `\`\`\`\n${command}\n\`\`\``,
      "配对码一小时内有效。获得批准后会在这里通知您;您之前写的内容没有被读取。",
    ].join("\n\n"),
  approved: "您已获得批准。之前写的内容没有被读取,请重新发送。",
  approvedAsOwner:
    "您是第一位获得批准的人,因此是此网关的所有者:可以使用所有命令,需要许可时也会询问您。如需指定其他所有者,请在 pi-gateway.jsonc 中设置 `owners`。",
  asked: ({ who, id, code, prefix }) =>
    `${who}(${id})希望与我对话。批准请回复 \`${prefix}pair approve ${code}\`,拒绝请回复 \`${prefix}pair deny ${code}\`。配对码一小时内有效。`,
  approve: "批准",
  deny: "拒绝",
  unlisted: ({ who, id, key }) =>
    `${who} 在群组 \`${id}\` 中发了消息。该群组尚未列入配置,所以我没有回应。如需让我在那里回答,请在 pi-gateway.jsonc 的 \`${key}\` 中加入 \`"${id}": {}\`。每个群组只提示一次。`,
};
