import type { CommandWords } from "./words.ts";

const messages = (count: number) => (count === 1 ? "1 message" : `${number(count)} messages`);
const listed = (times: readonly string[]) => times.map((time) => `- ${time}`).join("\n");
const number = (count: number) => count.toLocaleString("en");
const seconds = (ms: number) => `${ms / 1000} s`;

export const en: CommandWords = {
  summaries: {
    new: "Begin a new conversation",
    reset: "The same as new",
    stop: "Stop the answer and what waits behind it",
    status: "Model, context and what is going on",
    model: "Show or change the model of this conversation",
    think: "Show or change how long the model thinks",
    compact: "Shorten the conversation to a summary",
    queue: "Show or change what happens to messages that come during an answer",
    usage: "What has been used so far",
    cron: "Show scheduled jobs; owners add, run, pause, resume and remove them",
    pair: "Let in people who have asked to talk to me, or refuse them",
    whoami: "Who and where you are, as the configuration names it",
    help: "This list",
  },
  parameters: {
    new: "[first message]",
    reset: "[first message]",
    model: "[name | default]",
    think: "[level | default]",
    compact: "[what to keep]",
    queue: "[mode | default]",
    cron: "[add | run | pause | resume | remove | runs] [job]",
    pair: "[approve | deny] [code]",
  },
  forOwners: (command) => `Only an owner of this gateway may use \`${command}\`.`,
  failed: (command, ref) => `\`${command}\` went wrong (ref ${ref}).`,
  tooSlow: (command, limit, ref) => `\`${command}\` was not done after ${limit} seconds (ref ${ref}).`,

  newConversation: "A new conversation. What was said before is not part of it.",
  stopped: (cancelled) =>
    cancelled === 0
      ? "The answer was stopped."
      : `The answer was stopped, and ${messages(cancelled)} that waited cancelled.`,
  cancelled: (cancelled) => `No answer was being written. ${messages(cancelled)} that waited cancelled.`,
  nothingToStop: "There is nothing to stop.",
  nothingToCompact: "There is nothing to shorten yet.",
  busy: (p) => `An answer is being written. Try again when it is done, or \`${p}stop\` it first.`,

  nothingYet: "Nothing has been said here yet.",
  status: {
    title: "Status",
    model: "Model",
    thinking: (level) => `thinking: ${level}`,
    noModel: "known with the first answer",
    context: "Context",
    contextOf: (tokens, window, percent) => `${number(tokens)} of ${number(window)} tokens (${percent} %)`,
    tokens: (count) => `${number(count)} tokens`,
    used: "Used so far",
    usedTokens: (input, output) => `${number(input)} tokens in, ${number(output)} out`,
    now: "Now",
    answering: "writing an answer",
    idle: "idle",
    waiting: (count) => `${messages(count)} waiting`,
    queue: "Queue",
    turns: "Answers so far",
  },
  model: {
    current: (model, isOwn) =>
      isOwn ? `This conversation uses **${model}**, as you chose.` : `This conversation uses **${model}**.`,
    unknownYet: "Which model answers is known when pi is up.",
    available: "You can choose:",
    more: (count) => `… and ${number(count)} more`,
    howTo: (p, example) => `Choose with \`${p}model ${example}\`, go back with \`${p}model default\`.`,
    set: (model) => `From your next message on, **${model}** answers here.`,
    reset: (model) =>
      model === undefined
        ? "The default model answers here again."
        : `The default, **${model}**, answers here again.`,
    notThere: (name, nearest, p) => {
      const like =
        nearest.length === 0 ? "" : ` Did you mean ${nearest.map((one) => `\`${one}\``).join(" or ")}?`;
      return `There is no model \`${name}\` that can be used here.${like} \`${p}model\` lists those that can.`;
    },
    none: "pi has no credentials for any model, so there is nothing to choose from.",
  },
  think: {
    current: (level) =>
      level === undefined ? "The model thinks as configured." : `Thinking is set to **${level}** here.`,
    levels: (levels, p) =>
      `Levels: ${levels.join(", ")}. Choose with \`${p}think high\`, go back with \`${p}think default\`.`,
    set: (level) => `From your next message on, thinking is set to **${level}** here.`,
    reset: "The model thinks as configured again.",
    notThere: (level, levels) => `\`${level}\` is no level. There are ${levels.join(", ")} and default.`,
  },
  queue: {
    title: "When you write while an answer is being written:",
    mode: "Mode",
    debounce: "Waits for more",
    cap: "Most that may wait",
    drop: "When there are more",
    drops: {
      summarize: "the oldest become short lines",
      old: "the oldest are cancelled",
      new: "the new one is refused",
    },
    seconds,
    asConfigured: "as configured",
    modes: {
      steer: "goes into the answer that is being written",
      followup: "each message is answered by itself, afterwards",
      collect: "what waits is answered together, afterwards",
      interrupt: "the answer is stopped for the new message",
    },
    howTo: (p) =>
      `For example \`${p}queue collect debounce:2s cap:25 drop:old\`; \`${p}queue default\` goes back.`,
    set: "From your next message on:",
    reset: "Messages wait as configured again.",
    notUnderstood: (word, p) =>
      `\`${word}\` was not understood. Modes: steer, followup, collect, interrupt; also debounce:2s, cap:20, drop:summarize, drop:old, drop:new. For example \`${p}queue collect debounce:2s\`.`,
  },
  usage: {
    conversation: "This conversation",
    you: "You",
    all: "Everybody",
    today: "Today",
    month: "This month",
    ever: "So far",
    limits: "Limits",
    spentOf: (spent, limit) => `${spent} of ${limit}`,
    tokens: (input, output) => `${number(input)} tokens in, ${number(output)} out`,
  },
  cron: {
    title: "Scheduled jobs",
    none: "There are no scheduled jobs here. Ask me to do something by the clock, and there is one.",
    more: (count) => `… and ${number(count)} more`,
    howTo: (p) =>
      `\`${p}cron run JOB\` runs one now; \`pause\`, \`resume\`, \`remove\` and \`runs\` go the same way. \`${p}cron add tea at 20m Tea is ready\` adds one.`,
    howToAdd: (p) =>
      `For example \`${p}cron add tea at 20m Tell me that the tea is ready\`, \`${p}cron add mail every 1h Look for new mail\`, or \`${p}cron add report cron "0 9 * * 1-5" Write the report\`.`,
    next: (time) => `next ${time}`,
    failing: (failures) => (failures === 1 ? "failed once" : `failed ${failures} times in a row`),
    undelivered: "its answer arrived nowhere",
    states: {
      waiting: "waiting",
      running: "running now",
      paused: "paused",
      disabled: "switched off",
      finished: "finished",
      hidden: "hidden by a job of the configuration",
      off: "scheduling is switched off",
    },
    runStates: {
      running: "running",
      done: "done",
      failed: "failed",
      cancelled: "stopped",
      skipped: "left out, it was missed",
    },
    noRuns: (job) => `${job} has not run yet.`,
    added: (job, times) => `${job} is there. Its next times:\n\n${listed(times)}`,
    started: (job) => `${job} runs now.`,
    paused: (job) => `${job} is paused.`,
    resumed: (job, times) => `${job} goes on. Its next times:\n\n${listed(times)}`,
    removed: (job) => `${job} is gone.`,
    unknown: (job) => `There is no scheduled job ${job} here.`,
    notUnderstood: (text, p) =>
      `\`${text}\` was not understood. \`${p}cron\` lists what there is; behind it come add, run, pause, resume, remove or runs, and a job's name.`,
  },
  pair: {
    title: "Waiting to be let in:",
    none: "Nobody is waiting to be let in.",
    howTo: (p) => `\`${p}pair approve CODE\` lets somebody in, \`${p}pair deny CODE\` refuses.`,
    approved: (who) => `${who} may talk to me now, and was told.`,
    denied: (who) => `${who} was refused, and was not told.`,
    unknown: "This code is unknown or expired.",
  },
  whoami: {
    you: "You",
    id: "For the configuration",
    place: "This chat",
    session: "Session",
    agent: "Agent",
    role: "Role",
    owner: "Owner",
    yes: "yes",
    no: (target) => `no. To be one, add \`"${target}"\` to \`owners\` in pi-gateway.jsonc.`,
  },
  help: {
    title: "Commands",
    plugins: "From plugins",
    skills: "Skills",
    templates: "Prompt templates",
    extensions: "From pi's extensions",
    plainText: (p) =>
      `Anything else goes to the agent as it is. A space before \`${p}\` makes any line ordinary text.`,
  },
};
