import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(import.meta.dir, "..");
const SRC = join(ROOT, "src");

/** Layers. A file may import from its own folder and from the layers listed for it. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  core: ["lib"],
  store: ["lib", "core"],
  security: ["lib", "core"],
  delivery: ["lib", "core"],
  plugins: ["lib", "core"],
  tools: ["lib", "core", "plugins"],
  bridge: ["lib", "core", "plugins"],
  pipeline: ["lib", "core", "security", "delivery"],
  // The built-in channels use exactly what strangers get.
  "plugins/builtin": ["lib", "plugins"],
  // Routes and the socket answer with the same words: an error, a session.
  http: ["lib", "core", "security", "ws"],
  ws: ["lib", "core", "security"],
  web: [],
  index: ["plugins"],
  // Puts the parts together, with server.ts.
  assembly: ["*"],
  commands: ["lib", "core", "plugins"],
  server: ["*"],
  cli: ["*"],
};

const LONGEST_FILE = 400;
const LONGEST_FUNCTION = 60;

const MAY_READ_ENVIRONMENT = [
  "core/config.ts",
  "core/launch-profile.ts",
  "lib/failpoint.ts",
  "cli/",
  // Run inside pi, where the environment is all they are given.
  "bridge/extension.ts",
  "bridge/demo-model.ts",
  "bridge/forget-bun.ts",
];
const MAY_USE_CONSOLE = ["cli/", "lib/logger.ts", "lib/pino-logger.ts"];
const MAY_NAME_CHANNELS = ["plugins/builtin/", "cli/", "web/"];
const CHANNELS = ["webchat", "telegram", "discord", "feishu"];
/** Where the global `fetch` is called: for the servers of the configuration, for our own gateway, and in the guard itself. */
const MAY_FETCH = [
  "security/guarded-fetch.ts",
  "plugins/builtin/telegram/outgoing/api.ts",
  "plugins/builtin/discord/outgoing/api.ts",
  // The SDK's own way does not tell whether a call that failed ever left.
  "plugins/builtin/feishu/outgoing/fetch-http.ts",
  "cli/",
  "web/",
];
/** A class whose name needs one of these has no single job. */
const SAYS_NOTHING = /Manager|Helper|Util|Handler|Processor|Service/;

/**
 * Files without a test of the same name, each with what tests it instead. Files that hold only types, and
 * those that only pass on what others export, need no entry.
 */
const TESTED_ELSEWHERE: Record<string, string> = {
  "assembly/build-fetch.ts": "test/e2e/files.test.ts",
  "pipeline/complain.ts": "test/pipeline/incoming-files.test.ts",
  "pipeline/fetch-attachment.ts": "test/pipeline/incoming-files.test.ts",
  "pipeline/file-sentences.ts": "test/pipeline/incoming-files.test.ts",
  "pipeline/inbox-folder.ts": "test/pipeline/retention.test.ts",
  "cli/doctor/check-channels.ts": "test/cli/queue.test.ts",
  "pipeline/hear.ts": "test/plugins/hook-rules.test.ts",
  "assembly/build-control.ts": "test/e2e/gateway.test.ts",
  "assembly/build-doors.ts": "test/e2e/gateway.test.ts",
  "assembly/build-loader.ts": "test/e2e/plugin-files.test.ts",
  "assembly/build-pipeline.ts": "test/e2e/gateway.test.ts",
  "assembly/build-pool.ts": "test/e2e/gateway.test.ts",
  "assembly/build-restarts.ts": "test/e2e/restart.test.ts",
  "assembly/build-tools.ts": "test/e2e/tools.test.ts",
  "assembly/build-webhooks.ts": "test/e2e/webhooks.test.ts",
  "assembly/build-errands.ts": "test/e2e/webhooks.test.ts",
  "assembly/build-delegations.ts": "test/e2e/delegate.test.ts",
  "core/quoted-text.ts": "test/core/webhooks.test.ts",
  "assembly/build-questions.ts": "test/e2e/questions.test.ts",
  "assembly/warn-about-agents.ts": "test/e2e/agents.test.ts",
  "cli.ts": "test/launcher/old-bun.test.ts",
  "cli/already-running.ts": "test/cli/gateway.test.ts",
  "cli/cli-error.ts": "test/cli/report-error.test.ts",
  "cli/doctor/check-agents.ts": "test/cli/route.test.ts",
  "cli/doctor/check-bun.ts": "test/cli/doctor.test.ts",
  "cli/doctor/check-config.ts": "test/cli/doctor.test.ts",
  "cli/doctor/check-gateway.ts": "test/cli/doctor.test.ts",
  "cli/doctor/check-pi.ts": "test/cli/doctor.test.ts",
  "cli/doctor/check-state.ts": "test/cli/doctor.test.ts",
  "cli/doctor/print-findings.ts": "test/cli/doctor.test.ts",
  "cli/doctor/check-plugins.ts": "test/cli/plugin.test.ts",
  "cli/exit-codes.ts": "test/docs.test.ts",
  "cli/find-gateway.ts": "test/cli/send.test.ts",
  "cli/pairing.ts": "test/e2e/access.test.ts",
  "cli/load-config.ts": "test/cli/show-config.test.ts",
  "cli/plugin-commands.ts": "test/cli/plugin.test.ts",
  "cli/plugin-template.ts": "test/cli/new-plugin.test.ts",
  "cli/plugin-test-preload.ts": "test/cli/new-plugin.test.ts",
  "cli/plugins-here.ts": "test/cli/plugin.test.ts",
  "cli/test-plugin.ts": "test/cli/new-plugin.test.ts",
  "commands/builtins.ts": "test/commands/commands.test.ts",
  "commands/compact.ts": "test/commands/commands.test.ts",
  "commands/conversation.ts": "test/commands/commands.test.ts",
  "commands/help.ts": "test/commands/commands.test.ts",
  "commands/model.ts": "test/commands/commands.test.ts",
  "commands/new.ts": "test/commands/commands.test.ts",
  "commands/offer.ts": "test/commands/commands.test.ts",
  "commands/queue.ts": "test/commands/commands.test.ts",
  "commands/replies.ts": "test/commands/commands.test.ts",
  "commands/status.ts": "test/commands/commands.test.ts",
  "commands/rows.ts": "test/commands/commands.test.ts",
  "commands/stop.ts": "test/commands/commands.test.ts",
  "commands/think.ts": "test/commands/commands.test.ts",
  "commands/typed.ts": "test/commands/commands.test.ts",
  "commands/usage.ts": "test/commands/commands.test.ts",
  "commands/whoami.ts": "test/commands/commands.test.ts",
  "commands/words.ts": "test/commands/commands.test.ts",
  "commands/words-en.ts": "test/commands/commands.test.ts",
  "commands/words-zh.ts": "test/commands/commands.test.ts",
  "assembly/build-commands.ts": "test/e2e/commands.test.ts",
  "assembly/build-cron.ts": "test/e2e/cron.test.ts",
  "cli/cron-commands.ts": "test/cli/cron.test.ts",
  "cli/doctor/check-cron.ts": "test/cli/cron.test.ts",
  "core/cron-desk.ts": "test/core/cron.test.ts",
  "core/cron-guests.ts": "test/tools/cron.test.ts",
  "core/cron-jobs.ts": "test/core/cron.test.ts",
  "core/cron-runs.ts": "test/core/cron.test.ts",
  "core/cron-state.ts": "test/core/cron.test.ts",
  "core/cron-view.ts": "test/core/cron.test.ts",
  "core/cron-work.ts": "test/core/cron.test.ts",
  "http/routes/cron.ts": "test/e2e/cron.test.ts",
  "core/errand.ts": "test/pipeline/errands.test.ts",
  "pipeline/admit-errand.ts": "test/pipeline/errands.test.ts",
  "pipeline/errand-answer.ts": "test/pipeline/errands.test.ts",
  "pipeline/nowhere.ts": "test/pipeline/errands.test.ts",
  "pipeline/collapsed-lines.ts": "test/pipeline/compose-prompt.test.ts",
  "pipeline/queue-sentences.ts": "test/pipeline/queue-rules.test.ts",
  "pipeline/answer-command.ts": "test/commands/commands.test.ts",
  "pipeline/cancel-waiting.ts": "test/commands/commands.test.ts",
  "pipeline/stop-session.ts": "test/commands/commands.test.ts",
  "core/allowed-commands.ts": "test/commands/commands.test.ts",
  "core/pi-commands.ts": "test/e2e/commands.test.ts",
  "core/bindings.ts": "test/core/session-router.test.ts",
  "core/errors.ts": "test/cli/report-error.test.ts",
  "core/state-dir.ts": "test/cli/running-gateway.test.ts",
  "lib/logger.ts": "test/lib/pino-logger.test.ts",
  "core/state-folders.ts": "test/e2e/gateway.test.ts",
  "delivery/answer-view.ts": "test/pipeline/open-view.test.ts",
  "delivery/cut-line.ts": "test/delivery/chunk.test.ts",
  "delivery/cut-places.ts": "test/delivery/chunk.test.ts",
  "delivery/find-cut.ts": "test/delivery/chunk.test.ts",
  "delivery/remainder.ts": "test/delivery/chunk.test.ts",
  "delivery/deliveries-of.ts": "test/pipeline/path.test.ts",
  "delivery/keys.ts": "test/delivery/attempt.test.ts",
  "delivery/first-preview.ts": "test/delivery/live-reply.test.ts",
  "delivery/open-live-reply.ts": "test/pipeline/path.test.ts",
  "pipeline/admit.ts": "test/pipeline/path.test.ts",
  "pipeline/edited-message.ts": "test/pipeline/act-on-event.test.ts",
  "pipeline/chat-notes.ts": "test/pipeline/act-on-event.test.ts",
  "pipeline/in-and-out.ts": "test/pipeline/act-on-event.test.ts",
  "pipeline/moved-chat.ts": "test/pipeline/act-on-event.test.ts",
  "pipeline/event-sentences.ts": "test/pipeline/sentences.test.ts",
  "pipeline/notice.ts": "test/pipeline/pieces.test.ts",
  "pipeline/join-pieces.ts": "test/pipeline/pieces.test.ts",
  "core/event-place.ts": "test/pipeline/act-on-event.test.ts",
  "pipeline/deliver.ts": "test/pipeline/path.test.ts",
  "pipeline/end-session.ts": "test/pipeline/path.test.ts",
  "pipeline/outgoing.ts": "test/pipeline/path.test.ts",
  "pipeline/pipeline.ts": "test/pipeline/path.test.ts",
  "pipeline/open-question.ts": "test/pipeline/questions.test.ts",
  "pipeline/post.ts": "test/pipeline/say.test.ts",
  "pipeline/question-chat.ts": "test/pipeline/questions.test.ts",
  "pipeline/question-place.ts": "test/pipeline/questions.test.ts",
  "pipeline/question-records.ts": "test/pipeline/questions.test.ts",
  "pipeline/question-sentences.ts": "test/pipeline/sentences.test.ts",
  "pipeline/running-turn.ts": "test/pipeline/path.test.ts",
  "pipeline/model-sentences.ts": "test/pipeline/turn-failure.test.ts",
  "pipeline/turn.ts": "test/pipeline/path.test.ts",
  "pipeline/work.ts": "test/pipeline/path.test.ts",
  "plugins/builtin/index.ts": "test/e2e/gateway.test.ts",
  "plugins/builtin/feishu/format/blocks.ts": "test/plugins/builtin/feishu/format/card-markdown.test.ts",
  "plugins/builtin/feishu/format/escape.ts": "test/plugins/builtin/feishu/format/card-markdown.test.ts",
  "plugins/builtin/feishu/format/inlines.ts": "test/plugins/builtin/feishu/format/card-markdown.test.ts",
  "plugins/builtin/feishu/format/marked.ts": "test/plugins/builtin/feishu/format/card-markdown.test.ts",
  "plugins/builtin/feishu/format/sheet.ts": "test/plugins/builtin/feishu/format/card-markdown.test.ts",
  "plugins/builtin/feishu/index.ts": "test/plugins/builtin/feishu/accounts.test.ts",
  "plugins/builtin/feishu/incoming/app-calls.ts": "test/plugins/builtin/feishu/incoming/findings.test.ts",
  "plugins/builtin/feishu/incoming/download.ts": "test/plugins/builtin/feishu/channel.test.ts",
  "plugins/builtin/feishu/incoming/happenings.ts": "test/plugins/builtin/feishu/channel.test.ts",
  "plugins/builtin/feishu/incoming/hearing.ts": "test/plugins/builtin/feishu/incoming/findings.test.ts",
  "plugins/builtin/feishu/incoming/message.ts": "test/plugins/builtin/feishu/channel.test.ts",
  "plugins/builtin/feishu/outgoing/calls.ts": "test/plugins/builtin/feishu/outgoing/api.test.ts",
  "plugins/builtin/feishu/outgoing/card.ts": "test/plugins/builtin/feishu/outgoing/text.test.ts",
  "plugins/builtin/feishu/outgoing/card-entity.ts":
    "test/plugins/builtin/feishu/outgoing/card-stream.test.ts",
  "plugins/builtin/feishu/outgoing/fetch-http.ts": "test/plugins/builtin/feishu/outgoing/api.test.ts",
  "plugins/builtin/feishu/outgoing/file-kind.ts": "test/plugins/builtin/feishu/outgoing/media.test.ts",
  "plugins/builtin/feishu/outgoing/posts.ts": "test/plugins/builtin/feishu/outgoing/text.test.ts",
  "plugins/builtin/feishu/outgoing/reaction-names.ts":
    "test/plugins/builtin/feishu/outgoing/reactions.test.ts",
  "plugins/builtin/feishu/outgoing/refusal-answer.ts": "test/plugins/builtin/feishu/outgoing/errors.test.ts",
  "plugins/builtin/feishu/outgoing/refusals.ts": "test/plugins/builtin/feishu/outgoing/errors.test.ts",
  "plugins/builtin/feishu/outgoing/sent-forms.ts": "test/plugins/builtin/feishu/outgoing/card-stream.test.ts",
  "plugins/builtin/feishu/outgoing/token-cache.ts": "test/plugins/builtin/feishu/outgoing/api.test.ts",
  "plugins/builtin/telegram/format/blocks.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "plugins/builtin/telegram/format/inlines.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "plugins/builtin/telegram/format/page.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "plugins/builtin/telegram/format/tags.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "plugins/builtin/discord/format/blocks.ts": "test/plugins/builtin/discord/format/format.test.ts",
  "plugins/builtin/discord/format/escape.ts": "test/plugins/builtin/discord/format/format.test.ts",
  "plugins/builtin/discord/format/inlines.ts": "test/plugins/builtin/discord/format/format.test.ts",
  "plugins/builtin/discord/format/runs.ts": "test/plugins/builtin/discord/format/format.test.ts",
  "plugins/builtin/discord/incoming/attachments.ts": "test/plugins/builtin/discord/incoming/message.test.ts",
  "plugins/builtin/discord/incoming/auto-thread.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/content.ts": "test/plugins/builtin/discord/incoming/message.test.ts",
  "plugins/builtin/discord/incoming/discord-calls.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/download.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/gateway/closes.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/gateway/connection.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/gateway/packets.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/gateway/socket.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/heard.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/intents.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/interaction-desk.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/interactions.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/line.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/mentions.ts": "test/plugins/builtin/discord/incoming/message.test.ts",
  "plugins/builtin/discord/incoming/messages.ts": "test/plugins/builtin/discord/incoming/back-fill.test.ts",
  "plugins/builtin/discord/incoming/patient-calls.ts": "test/plugins/builtin/discord/fault-matrix.test.ts",
  "plugins/builtin/discord/incoming/people.ts": "test/plugins/builtin/discord/incoming/message.test.ts",
  "plugins/builtin/discord/incoming/places.ts": "test/plugins/builtin/discord/channel.test.ts",
  "plugins/builtin/discord/incoming/reconnect-words.ts":
    "test/plugins/builtin/discord/incoming/gateway/gateway.test.ts",
  "plugins/builtin/discord/incoming/rights.ts": "test/plugins/builtin/discord/incoming/findings.test.ts",
  "plugins/builtin/discord/incoming/snowflake.ts": "test/plugins/builtin/discord/incoming/bookmarks.test.ts",
  "plugins/builtin/discord/index.ts": "test/plugins/builtin/discord/accounts.test.ts",
  "plugins/builtin/discord/outgoing/calls.ts": "test/plugins/builtin/discord/outgoing/text.test.ts",
  "plugins/builtin/discord/outgoing/content.ts": "test/plugins/builtin/discord/outgoing/text.test.ts",
  "plugins/builtin/discord/outgoing/discord-refusal.ts": "test/plugins/builtin/discord/outgoing/api.test.ts",
  "plugins/builtin/discord/outgoing/place.ts": "test/plugins/builtin/discord/outgoing/text.test.ts",
  "plugins/builtin/discord/outgoing/post.ts": "test/plugins/builtin/discord/outgoing/text.test.ts",
  "plugins/builtin/discord/outgoing/refusals.ts": "test/plugins/builtin/discord/outgoing/errors.test.ts",
  "plugins/builtin/discord/outgoing/running-call.ts": "test/plugins/builtin/discord/outgoing/api.test.ts",
  "plugins/builtin/discord/outgoing/wishes.ts": "test/plugins/builtin/discord/outgoing/text.test.ts",
  "lib/markdown/gap-between.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "lib/markdown/says-where.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "lib/markdown/table-links.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "lib/markdown/without-carets.ts": "test/plugins/builtin/telegram/format/format.test.ts",
  "plugins/seen-text.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "assembly/connect-plugins.ts": "test/e2e/plugins.test.ts",
  "pipeline/session-hooks.ts": "test/e2e/hooks.test.ts",
  "plugins/for-client.ts": "test/plugins/http-exchange.test.ts",
  "plugins/names.ts": "test/plugins/registry.test.ts",
  "plugins/plugin-scope.ts": "test/plugins/registry.test.ts",
  "plugins/loaded-plugin.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-door.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-error.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-graph.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-options.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-process.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-ranks.ts": "test/plugins/loader.test.ts",
  "plugins/plugin-source.ts": "test/plugins/loader.test.ts",
  "plugins/button-ids.ts": "test/plugins/builtin/telegram/outgoing/keyboard.test.ts",
  "plugins/call-failure.ts": "test/plugins/builtin/telegram/outgoing/api.test.ts",
  "plugins/connection.ts": "test/plugins/builtin/telegram/incoming/poll.test.ts",
  "plugins/fetched-file.ts": "test/plugins/builtin/telegram/incoming/download.test.ts",
  "plugins/outgoing-file.ts": "test/plugins/builtin/telegram/outgoing/media.test.ts",
  "plugins/platform-error.ts": "test/plugins/builtin/telegram/outgoing/errors.test.ts",
  "plugins/reconnect.ts": "test/plugins/builtin/telegram/incoming/poll.test.ts",
  "plugins/refusals.ts": "test/plugins/builtin/telegram/outgoing/errors.test.ts",
  "plugins/uploads.ts": "test/plugins/builtin/telegram/outgoing/media.test.ts",
  "plugins/webhook-answers.ts": "test/plugins/builtin/telegram/incoming/webhook.test.ts",
  "plugins/unusable-channel.ts": "test/plugins/builtin/telegram/accounts.test.ts",
  "plugins/builtin/telegram/index.ts": "test/plugins/builtin/telegram/accounts.test.ts",
  "plugins/builtin/telegram/incoming/addressing.ts": "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/allowed-updates.ts":
    "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/attachments.ts":
    "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/bot-calls.ts": "test/plugins/builtin/telegram/incoming/poll.test.ts",
  "plugins/builtin/telegram/incoming/content.ts": "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/intake.ts": "test/plugins/builtin/telegram/incoming/poll.test.ts",
  "plugins/builtin/telegram/incoming/message.ts": "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/people.ts": "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/places.ts": "test/plugins/builtin/telegram/incoming/updates.test.ts",
  "plugins/builtin/telegram/incoming/reconnect-words.ts":
    "test/plugins/builtin/telegram/incoming/poll.test.ts",
  "plugins/builtin/telegram/outgoing/calls.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "plugins/builtin/telegram/outgoing/content.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "plugins/builtin/telegram/outgoing/local-file.ts": "test/plugins/builtin/telegram/outgoing/media.test.ts",
  "plugins/builtin/telegram/outgoing/place.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "plugins/builtin/telegram/outgoing/refusals.ts": "test/plugins/builtin/telegram/outgoing/errors.test.ts",
  "plugins/builtin/telegram/outgoing/rendering.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "plugins/builtin/telegram/outgoing/seen-text.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "plugins/builtin/telegram/outgoing/send-file.ts": "test/plugins/builtin/telegram/outgoing/media.test.ts",
  "plugins/builtin/telegram/outgoing/wishes.ts": "test/plugins/builtin/telegram/outgoing/text.test.ts",
  "security/refusals.ts": "test/security/allowlist.test.ts",
  "pipeline/access-sentences.ts": "test/pipeline/sentences.test.ts",
  "pipeline/turn-signs.ts": "test/pipeline/ack-reactions.test.ts",
  "assembly/build-access.ts": "test/e2e/access.test.ts",
  "commands/pair.ts": "test/commands/commands.test.ts",
  "server.ts": "test/e2e/gateway.test.ts",
  "bridge/forget-bun.ts": "test/bridge/runtime-files.test.ts",
  "bridge/protocol.ts": "test/bridge/host.test.ts",
  "bridge/slim.ts": "test/e2e/pi-home.test.ts",
  "core/pool-choice.ts": "test/core/rpc-pool.test.ts",
  "core/pooled-pi.ts": "test/core/rpc-pool.test.ts",
  "core/run-end.ts": "test/core/rpc-agent.test.ts",
  "core/run-failover.ts": "test/e2e/failover.test.ts",
  "core/bridge-port.ts": "test/bridge/go-on.test.ts",
  "core/usage.ts": "test/store/sqlite.test.ts",
  "store/open-store.ts": "test/store/sqlite/store.test.ts",
  "store/sqlite/access.ts": "test/store/sqlite.test.ts",
  "store/sqlite/amendments.ts": "test/store/sqlite.test.ts",
  "store/sqlite/chat-mover.ts": "test/store/sqlite.test.ts",
  "store/sqlite/chats.ts": "test/store/sqlite.test.ts",
  "store/sqlite/cron.ts": "test/store/sqlite.test.ts",
  "store/sqlite/inbox-statements.ts": "test/store/sqlite.test.ts",
  "store/sqlite/known-messages.ts": "test/store/sqlite.test.ts",
  "store/sqlite/places.ts": "test/store/sqlite.test.ts",
  "store/sqlite/history.ts": "test/store/sqlite.test.ts",
  "store/sqlite/inbox.ts": "test/store/sqlite.test.ts",
  "store/sqlite/json.ts": "test/store/sqlite.test.ts",
  "store/sqlite/leases.ts": "test/store/sqlite.test.ts",
  "store/sqlite/migrations/index.ts": "test/store/sqlite/store.test.ts",
  "store/sqlite/outbox-statements.ts": "test/store/sqlite.test.ts",
  "store/sqlite/outbox.ts": "test/store/sqlite.test.ts",
  "store/sqlite/previews.ts": "test/store/sqlite.test.ts",
  "store/sqlite/private-file.ts": "test/store/sqlite/store.test.ts",
  "store/sqlite/process-lock.ts": "test/store/kill.test.ts",
  "store/sqlite/prune.ts": "test/store/sqlite.test.ts",
  "store/sqlite/session-queue.ts": "test/store/sqlite.test.ts",
  "store/sqlite/waiting-line.ts": "test/store/sqlite.test.ts",
  "store/sqlite/sessions.ts": "test/store/sqlite.test.ts",
  "store/sqlite/state.ts": "test/store/sqlite.test.ts",
  "store/sqlite/turn-statements.ts": "test/store/sqlite.test.ts",
  "store/sqlite/turns.ts": "test/store/sqlite.test.ts",
  "store/sqlite/usage.ts": "test/store/sqlite.test.ts",
  "tools/owners-turn.ts": "test/tools/gateway.test.ts",
  "tools/index.ts": "test/e2e/tools.test.ts",
  "tools/send-media.ts": "test/e2e/tools.test.ts",
  "tools/send-message.ts": "test/tools/send.test.ts",
  "tools/session-status.ts": "test/e2e/tools.test.ts",
  "tools/tool-error.ts": "test/tools/message.test.ts",
  "web/components/announcer.tsx": "test/web/components/app.test.ts",
  "web/components/answer.tsx": "test/web/components/transcript.test.ts",
  "web/components/composer-state.ts": "test/web/components/composer.test.ts",
  "web/components/context.ts": "test/web/components/app.test.ts",
  "web/components/conversation-item.tsx": "test/web/components/sidebar.test.ts",
  "web/components/copy-button.tsx": "test/web/text/render.test.ts",
  "web/components/empty-state.tsx": "test/web/components/composer.test.ts",
  "web/components/icons.tsx": "test/web/components/app.test.ts",
  "web/components/markdown-view.tsx": "test/web/text/render.test.ts",
  "web/components/memo.ts": "test/web/state/resume.test.ts",
  "web/components/reactions.tsx": "test/web/components/sent-files.test.ts",
  "web/components/stick-to-bottom.ts": "test/web/components/transcript.test.ts",
  "web/components/tool-step.tsx": "test/web/components/steps.test.ts",
  "web/main.tsx": "test/web/components/sign-in.test.ts",
  "web/state/address.ts": "test/web/components/sidebar.test.ts",
  "web/state/attachments.ts": "test/web/components/attachments.test.ts",
  "web/state/browser-shelf.ts": "test/web/components/attachments.test.ts",
  "web/state/chat.ts": "test/web/components/sidebar.test.ts",
  "web/state/commands.ts": "test/web/components/command-menu.test.ts",
  "web/state/page-title.ts": "test/web/components/sidebar.test.ts",
  "web/state/sent-files.ts": "test/web/components/sent-files.test.ts",
  "web/state/soon.ts": "test/web/state/resume.test.ts",
  "web/state/theme.ts": "test/web/components/sidebar.test.ts",
  "web/text/copy.ts": "test/web/text/render.test.ts",
  "web/text/highlight.ts": "test/web/text/render.test.ts",
  "web/text/strings.ts": "test/web/components/app.test.ts",
};

const sources = filesIn(SRC)
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts") && !file.startsWith("web/built/"))
  .map((file) => parse(SRC, file));

const tests = filesIn(join(ROOT, "test"))
  .filter((file) => file.endsWith(".ts") && !file.startsWith("guide/"))
  .map((file) => parse(join(ROOT, "test"), file));

test("there is something to check", () => {
  expect(sources.length).toBeGreaterThan(20);
});

test("dependencies point one way", () => {
  const wrong = sources.flatMap((source) =>
    importsOf(source)
      .filter((target) => !mayImport(layerOf(source.name), layerOf(target)))
      .map((target) => `${source.name} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test("every file of src belongs to a layer", () => {
  expect(sources.filter(({ name }) => layerOf(name) === undefined).map(({ name }) => name)).toEqual([]);
});

test(`no file is longer than ${LONGEST_FILE} lines`, () => {
  const long = sources.filter(({ tree }) => lineOf(tree, tree.end) > LONGEST_FILE);
  expect(long.map(({ name }) => name)).toEqual([]);
});

test(`no function is longer than ${LONGEST_FUNCTION} lines`, () => {
  const long = sources.flatMap((source) =>
    nodesOf(source.tree)
      .filter((node) => ts.isFunctionLike(node) && linesOf(source.tree, node) > LONGEST_FUNCTION)
      .map((node) => placeOf(source, node)),
  );
  expect(long).toEqual([]);
});

test("only the files that are meant to read the environment", () => {
  const reads = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) &&
    ["process.env", "Bun.env", "import.meta.env"].includes(node.getText());
  expect(placesOutside(MAY_READ_ENVIRONMENT, reads)).toEqual([]);
});

test("only the command line and the logger write to the console", () => {
  const writes = (node: ts.Node) =>
    ts.isPropertyAccessExpression(node) &&
    (node.expression.getText() === "console" || /^process\.(stdout|stderr)$/.test(node.getText()));
  expect(placesOutside(MAY_USE_CONSOLE, writes)).toEqual([]);
});

test("no code outside the channels knows one of them by name", () => {
  expect(placesOutside(MAY_NAME_CHANNELS, namesChannel)).toEqual([]);
});

test("what others name is fetched through the guard only", () => {
  const fetches = (node: ts.Node) =>
    ts.isCallExpression(node) && /^((globalThis|Bun)\.)?fetch$/.test(node.expression.getText());
  expect(placesOutside(MAY_FETCH, fetches)).toEqual([]);
});

test("no class is named after nothing in particular", () => {
  const vague = sources.flatMap((source) =>
    nodesOf(source.tree)
      .filter((node) => ts.isClassDeclaration(node) && SAYS_NOTHING.test(node.name?.text ?? ""))
      .map((node) => placeOf(source, node)),
  );
  expect(vague).toEqual([]);
});

test("a catch that does not use its error says why nothing can be done", () => {
  const silent = sources.flatMap((source) =>
    nodesOf(source.tree)
      .filter((node) => ts.isCatchClause(node) && !usesItsError(node) && !/\/[/*]/.test(node.getText()))
      .map((node) => placeOf(source, node)),
  );
  expect(silent).toEqual([]);
});

test("every file with behaviour has a test of its own, or says what tests it", () => {
  const without = sources
    .filter(({ name, tree }) => hasBehaviour(tree) && TESTED_ELSEWHERE[name] === undefined)
    .filter(({ name }) => !existsSync(join(ROOT, "test", name.replace(/\.tsx?$/, ".test.ts"))))
    .map(({ name }) => name);
  expect(without).toEqual([]);
});

test("what is said to be tested elsewhere is, and needs to be said", () => {
  for (const [name, elsewhere] of Object.entries(TESTED_ELSEWHERE)) {
    expect(existsSync(join(SRC, name)), name).toBe(true);
    expect(existsSync(join(ROOT, elsewhere)), elsewhere).toBe(true);
    expect(existsSync(join(ROOT, "test", name.replace(/\.tsx?$/, ".test.ts"))), name).toBe(false);
  }
});

test("no test is left out, and none runs alone", () => {
  const words = new Set(["skip", "only", "todo", "if", "skipIf", "todoIf"]);
  const leftOut = tests.flatMap((source) =>
    nodesOf(source.tree)
      .filter(
        (node) =>
          ts.isPropertyAccessExpression(node) &&
          /^(test|describe|it)$/.test(node.expression.getText()) &&
          words.has(node.name.text),
      )
      .map((node) => placeOf(source, node)),
  );
  expect(leftOut).toEqual([]);
});

interface Source {
  /** Relative to its root, with `/`. */
  readonly name: string;
  readonly tree: ts.SourceFile;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((file) => String(file).replaceAll("\\", "/"))
    .toSorted();
}

function parse(root: string, name: string): Source {
  const text = readFileSync(join(root, name), "utf8");
  const kind = name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  return { name, tree: ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, kind) };
}

function nodesOf(tree: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return nodes;
}

/** Files of src that `source` imports: static, dynamic, types, and what it re-exports. */
function importsOf(source: Source): string[] {
  return nodesOf(source.tree)
    .map(specifierOf)
    .filter((specifier) => specifier?.startsWith("."))
    .map((specifier) => relative(SRC, join(SRC, dirname(source.name), specifier ?? "")))
    .filter((target) => !target.startsWith(".."));
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0]);
  }
  return undefined;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** `plugins/builtin/telegram/format.ts` → `plugins/builtin`; `server.ts` → `server`. */
function layerOf(file: string): string | undefined {
  const layers = Object.keys(MAY_IMPORT).toSorted((a, b) => b.length - a.length);
  return layers.find((layer) => file.startsWith(`${layer}/`) || file === `${layer}.ts`);
}

function mayImport(from: string | undefined, to: string | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  return from === to || (MAY_IMPORT[from] ?? []).some((layer) => layer === to || layer === "*");
}

function placesOutside(allowed: readonly string[], isFound: (node: ts.Node) => boolean): string[] {
  return sources
    .filter(({ name }) => !allowed.some((place) => name === place || name.startsWith(place)))
    .flatMap((source) =>
      nodesOf(source.tree)
        .filter(isFound)
        .map((node) => placeOf(source, node)),
    );
}

/** Identifiers, and strings that are keys, names, or paths. A sentence for people may have an example. */
function namesChannel(node: ts.Node): boolean {
  const isImport = ts.isStringLiteral(node) && ts.isImportDeclaration(node.parent);
  const text = ts.isIdentifier(node) ? node.text : isImport ? undefined : textOf(node);
  if (text === undefined || /\s/.test(text)) return false;
  return CHANNELS.some((channel) => text.toLowerCase().includes(channel));
}

/** Whether anything is left of a file once its types, imports and re-exports are gone. */
function hasBehaviour(tree: ts.SourceFile): boolean {
  return tree.statements.some(
    (statement) =>
      !ts.isInterfaceDeclaration(statement) &&
      !ts.isTypeAliasDeclaration(statement) &&
      !ts.isImportDeclaration(statement) &&
      !ts.isExportDeclaration(statement),
  );
}

function usesItsError(clause: ts.CatchClause): boolean {
  const name = clause.variableDeclaration?.name.getText();
  if (name === undefined) return false;
  let isUsed = false;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) isUsed = true;
    ts.forEachChild(node, visit);
  };
  visit(clause.block);
  return isUsed;
}

function lineOf(tree: ts.SourceFile, position: number): number {
  return tree.getLineAndCharacterOfPosition(position).line + 1;
}

function linesOf(tree: ts.SourceFile, node: ts.Node): number {
  return lineOf(tree, node.end) - lineOf(tree, node.getStart(tree)) + 1;
}

function placeOf(source: Source, node: ts.Node): string {
  const [first = ""] = node.getText(source.tree).split("\n");
  return `${basename(source.name) === source.name ? "" : `${dirname(source.name)}/`}${basename(source.name)}:${lineOf(source.tree, node.getStart(source.tree))} ${first.slice(0, 60)}`;
}
