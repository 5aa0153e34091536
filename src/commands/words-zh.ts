import type { CommandWords } from "./words.ts";

const number = (count: number) => count.toLocaleString("en");
const seconds = (ms: number) => `${ms / 1000} 秒`;

export const zh: CommandWords = {
  summaries: {
    new: "开始新的对话",
    reset: "与 new 相同",
    stop: "停止当前回答,并取消等待中的消息",
    status: "查看模型、上下文和当前状态",
    model: "查看或更换本对话使用的模型",
    think: "查看或调整模型的思考程度",
    compact: "把对话压缩成摘要",
    queue: "查看或设置回答期间新消息的处理方式",
    usage: "查看目前的用量",
    whoami: "查看您的身份和所在位置(用于配置)",
    help: "显示本列表",
  },
  parameters: {
    new: "[第一条消息]",
    reset: "[第一条消息]",
    model: "[名称 | default]",
    think: "[级别 | default]",
    compact: "[要保留的内容]",
    queue: "[模式 | default]",
  },
  forOwners: (command) => `只有网关的所有者可以使用 \`${command}\`。`,
  failed: (command, ref) => `\`${command}\` 执行出错(编号 ${ref})。`,
  tooSlow: (command, limit, ref) => `\`${command}\` 在 ${limit} 秒内没有完成(编号 ${ref})。`,

  newConversation: "已开始新的对话,之前的内容不再包含在内。",
  stopped: (cancelled) =>
    cancelled === 0 ? "回答已停止。" : `回答已停止,并取消了 ${number(cancelled)} 条等待中的消息。`,
  cancelled: (cancelled) => `当前没有正在进行的回答,已取消 ${number(cancelled)} 条等待中的消息。`,
  nothingToStop: "当前没有可以停止的内容。",
  nothingToCompact: "还没有可以压缩的内容。",
  busy: (p) => `正在回答中。请等回答结束后再试,或先用 \`${p}stop\` 停止。`,

  nothingYet: "这里还没有任何对话。",
  status: {
    title: "状态",
    model: "模型",
    thinking: (level) => `思考:${level}`,
    noModel: "第一次回答后可知",
    context: "上下文",
    contextOf: (tokens, window, percent) => `${number(tokens)} / ${number(window)} 个 token(${percent} %)`,
    tokens: (count) => `${number(count)} 个 token`,
    used: "已使用",
    usedTokens: (input, output) => `输入 ${number(input)} 个 token,输出 ${number(output)} 个`,
    now: "当前",
    answering: "正在回答",
    idle: "空闲",
    waiting: (count) => `${number(count)} 条消息在等待`,
    queue: "队列",
    turns: "已回答次数",
  },
  model: {
    current: (model, isOwn) => (isOwn ? `本对话使用您选择的 **${model}**。` : `本对话使用 **${model}**。`),
    unknownYet: "pi 启动后才能知道由哪个模型回答。",
    available: "可以选择:",
    more: (count) => `…… 以及另外 ${number(count)} 个`,
    howTo: (p, example) => `用 \`${p}model ${example}\` 选择,用 \`${p}model default\` 恢复默认。`,
    set: (model) => `从下一条消息起,由 **${model}** 回答。`,
    reset: (model) => (model === undefined ? "已恢复默认模型。" : `已恢复默认模型 **${model}**。`),
    notThere: (name, nearest, p) => {
      const like =
        nearest.length === 0 ? "" : `您是指 ${nearest.map((one) => `\`${one}\``).join(" 或 ")} 吗?`;
      return `没有可用的模型 \`${name}\`。${like}用 \`${p}model\` 查看可用的模型。`;
    },
    none: "pi 没有任何模型的凭据,因此没有可选的模型。",
  },
  think: {
    current: (level) => (level === undefined ? "思考程度按配置执行。" : `本对话的思考程度为 **${level}**。`),
    levels: (levels, p) =>
      `级别:${levels.join("、")}。用 \`${p}think high\` 设置,用 \`${p}think default\` 恢复默认。`,
    set: (level) => `从下一条消息起,思考程度为 **${level}**。`,
    reset: "思考程度已恢复为配置的设置。",
    notThere: (level, levels) => `没有 \`${level}\` 这个级别。可用:${levels.join("、")} 和 default。`,
  },
  queue: {
    title: "回答期间收到新消息时:",
    mode: "模式",
    debounce: "等待更多消息",
    cap: "最多等待",
    drop: "超出时",
    drops: {
      summarize: "最早的消息缩为简短的几行",
      old: "取消最早的消息",
      new: "拒绝新消息",
    },
    seconds,
    asConfigured: "按配置",
    modes: {
      steer: "加入正在进行的回答",
      followup: "之后逐条回答",
      collect: "之后一并回答",
      interrupt: "停止当前回答,先处理新消息",
    },
    howTo: (p) => `例如 \`${p}queue collect debounce:2s cap:25 drop:old\`;\`${p}queue default\` 恢复默认。`,
    set: "从下一条消息起:",
    reset: "已恢复为配置的排队方式。",
    notUnderstood: (word, p) =>
      `无法理解 \`${word}\`。模式:steer、followup、collect、interrupt;以及 debounce:2s、cap:20、drop:summarize、drop:old、drop:new。例如 \`${p}queue collect debounce:2s\`。`,
  },
  usage: {
    conversation: "本对话",
    you: "您",
    all: "所有人",
    today: "今天",
    month: "本月",
    ever: "累计",
    limits: "限额",
    spentOf: (spent, limit) => `${spent} / ${limit}`,
    tokens: (input, output) => `输入 ${number(input)} 个 token,输出 ${number(output)} 个`,
  },
  whoami: {
    you: "您",
    id: "配置中的写法",
    place: "当前聊天",
    session: "会话",
    agent: "代理",
    role: "角色",
    owner: "所有者",
    yes: "是",
    no: (target) => `否。如需成为所有者,请在 pi-gateway.jsonc 的 \`owners\` 中加入 \`"${target}"\`。`,
  },
  help: {
    title: "命令",
    plugins: "插件提供",
    skills: "技能",
    templates: "提示词模板",
    extensions: "pi 扩展提供",
    plainText: (p) => `其他内容会原样交给代理。在 \`${p}\` 前加一个空格,任何一行都是普通文字。`,
  },
};
