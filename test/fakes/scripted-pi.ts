/**
 * A program that speaks pi's protocol as badly or slowly as the variable SCRIPTED_PI tells, for failures
 * that the real one does not have on demand. Words in that variable, separated by spaces:
 *
 *   version=X      what --version prints; `version=none` prints nothing useful
 *   stray, mute, crash      at the start: prints text, never answers, dies with a message
 *   no-id          leaves the id out of refusals, as pi before 0.79.7
 *   exit, kill     in the middle of the first answer: ends with 0, or by SIGKILL
 *   deaf           does not listen to abort and SIGTERM
 *   retry, overflow         fails once and goes on by itself, as pi 0.73 does
 *   compact        compacts after an answer, and goes on with what was steered meanwhile, as pi 0.73 does
 *   swallow        accepts a prompt and begins no run
 *   stuck-switch   never answers switch_session
 */
import { appendFileSync } from "node:fs";

const words = (process.env["SCRIPTED_PI"] ?? "").split(" ");
const is = (word: string) => words.includes(word);
const version = words.find((word) => word.startsWith("version="))?.slice(8) ?? "0.73.1";
const counter = process.env["SCRIPTED_PI_STARTS"];

if (process.argv.includes("--version")) {
  console.log(version === "none" ? "hello" : version);
  process.exit(0);
}
if (counter) appendFileSync(counter, `${process.pid}\n`);
if (is("crash")) {
  console.error("Error: the moon is in the wrong place");
  process.exit(3);
}
if (is("stray")) console.log("Welcome! I am a shell.");
if (is("deaf")) process.on("SIGTERM", () => {});

const send = (record: object) => process.stdout.write(`${JSON.stringify(record)}\n`);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const message = (text: string, stopReason = "stop", errorMessage?: string) => ({
  role: "assistant",
  content: [{ type: "text", text }],
  stopReason,
  errorMessage,
});

let isStreaming = false;
let file: string | undefined;
let hasBroken = false;
/** What was steered and not taken. */
const queue: string[] = [];

function say(text: string, stopReason?: string, error?: string) {
  send({ type: "message_start", message: message("") });
  send({ type: "message_update", assistantMessageEvent: { type: "text_delta", delta: text } });
  send({ type: "message_end", message: message(text, stopReason, error) });
}

function begin() {
  isStreaming = true;
  send({ type: "agent_start" });
}

function end(settles = true) {
  isStreaming = false;
  send({ type: "agent_end", messages: [] });
  if (settles && !version.startsWith("0.7")) send({ type: "agent_settled" });
}

async function breakOff() {
  hasBroken = true;
  send({ type: "message_start", message: message("") });
  send({ type: "message_update", assistantMessageEvent: { type: "text_delta", delta: "half an ans" } });
  await sleep(20);
  if (is("kill")) process.kill(process.pid, "SIGKILL");
  process.exit(0);
}

async function run(text: string) {
  if (is("swallow")) return;
  begin();
  if ((is("exit") || is("kill")) && !hasBroken) return breakOff();
  if (text === "hang") return;
  if (text === "linger") return say("and then");
  if (is("retry")) {
    say("half", "error", "529 overloaded");
    end(false);
    send({
      type: "auto_retry_start",
      attempt: 1,
      maxAttempts: 3,
      delayMs: 50,
      errorMessage: "529 overloaded",
    });
    await sleep(50);
    begin();
    say(`after the retry: ${text}`);
    send({ type: "auto_retry_end", success: true, attempt: 1 });
  } else if (is("overflow")) {
    say("too long", "error", "context overflow");
    end(false);
    send({ type: "compaction_start", reason: "overflow" });
    await sleep(30);
    send({ type: "compaction_end", reason: "overflow", willRetry: true });
    await sleep(100);
    begin();
    say(`after the compaction: ${text}`);
  } else say(`scripted: ${text}`);
  end();
  if (is("compact")) await compact();
}

async function compact() {
  send({ type: "compaction_start", reason: "threshold" });
  while (queue.length === 0) await sleep(5);
  send({ type: "compaction_end", reason: "threshold", result: { summary: "short" }, willRetry: false });
  await sleep(100);
  begin();
  const text = queue.shift() ?? "";
  send({ type: "message_start", message: { role: "user", content: [{ type: "text", text }] } });
  say(`scripted: ${text}`);
  end();
}

async function handle(command: { id: string; type: string; message?: string; sessionPath?: string }) {
  const { id, type } = command;
  const ok = (data?: object) => send({ id, type: "response", command: type, success: true, data });
  const refuse = (error: string) =>
    send({ ...(is("no-id") ? {} : { id }), type: "response", command: type, success: false, error });
  switch (type) {
    case "get_state":
      return ok({
        model: { provider: "test", id: "scripted" },
        isStreaming,
        isCompacting: false,
        pendingMessageCount: queue.length,
        sessionFile: file,
      });
    case "get_available_models":
      return ok({ models: [{ provider: "test", id: "scripted" }] });
    case "switch_session":
      if (is("stuck-switch")) return;
      file = command.sessionPath;
      return ok({ cancelled: false });
    case "prompt":
      if (isStreaming) return refuse("Agent is already processing.");
      ok();
      return run(command.message ?? "");
    case "steer":
      queue.push(command.message ?? "");
      return ok();
    case "abort":
      if (is("deaf")) return;
      if (isStreaming) {
        say("", "aborted");
        end();
      }
      return ok();
    default:
      refuse(`Unknown command: ${type}`);
  }
}

for await (const line of console) {
  if (!is("mute") && !is("stray")) void handle(JSON.parse(line));
}
if (is("deaf")) await sleep(60_000);
