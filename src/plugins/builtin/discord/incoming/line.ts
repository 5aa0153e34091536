import type { Clock } from "../../../../lib/clock.ts";
import type { Connection } from "../../../connection.ts";
import type { ChannelHost } from "../../../types.ts";
import type { DiscordAccount } from "../config.ts";
import type { Settings } from "../settings.ts";
import { AutoThread, type AutoThreadParts } from "./auto-thread.ts";
import { BackFill } from "./back-fill.ts";
import { Bookmarks } from "./bookmarks.ts";
import type { DiscordCalls } from "./discord-calls.ts";
import { Gateway } from "./gateway/gateway.ts";
import { Intake } from "./intake.ts";
import { InteractionDesk } from "./interaction-desk.ts";
import { intentsOf } from "./intents.ts";
import type { Reader } from "./message.ts";
import { Messages } from "./messages.ts";
import { PatientCalls } from "./patient-calls.ts";
import type { BotIdentity, Places } from "./places.ts";
import { discordWords } from "./reconnect-words.ts";

export interface LineParts {
  readonly account: DiscordAccount;
  readonly token: string;
  readonly bot: BotIdentity;
  readonly places: Places;
  readonly settings: Settings;
  readonly calls: DiscordCalls;
  readonly connection: Connection;
  readonly host: ChannelHost;
  readonly clock: Clock;
  readonly buttonOf: (data: string) => Promise<string | undefined>;
  readonly commandNameOf: (typed: string) => string;
  readonly openThread: AutoThreadParts["openThread"];
  /** Told of the direct chats with people. */
  readonly onDirect: (person: string, channel: string) => void;
}

const DISCORD_FILES = "https://cdn.discordapp.com";

/** Hears of everything that happens on Discord until `signal` aborts, or until Discord forbids it. */
export async function hear(parts: LineParts, signal: AbortSignal): Promise<void> {
  const { account, host, places, calls, clock, connection, token } = parts;
  const { log } = host;
  const bookmarks = new Bookmarks({ state: host.state, clock, log });
  await bookmarks.load();
  places.remembered = bookmarks;
  const intake = intakeOf(parts, bookmarks, signal);
  const gateway = new Gateway({
    calls,
    connection,
    clock,
    log,
    token,
    words: discordWords,
    intents: intentsOf(account),
    proxyFor: (url) => account.proxy ?? host.proxyFor?.(url),
    onDispatch: (event) => intake.take(event),
  });
  connection.becomes("connecting");
  await gateway.run(signal);
  await intake.settled();
  await bookmarks.write();
}

function intakeOf(parts: LineParts, bookmarks: Bookmarks, signal: AbortSignal): Intake {
  const { account, bot, places, settings, calls, host, clock, buttonOf, commandNameOf, openThread } = parts;
  const { apiRoot, allowBots = false } = account;
  const stickerRoot = apiRoot === undefined ? DISCORD_FILES : `${new URL(apiRoot).origin}/cdn`;
  const reader: Reader = { bot, places, settings, allowBots, stickerRoot };
  const patient = new PatientCalls({ clock, log: host.log, signal });
  const backFill = new BackFill({ calls, patient, clock, log: host.log });
  const autoThread = new AutoThread({ openThread, patient, places, bookmarks });
  const common = { host, reader, clock, signal };
  const messages = new Messages({ ...common, bookmarks, backFill, autoThread, calls, patient });
  const desk = new InteractionDesk({ ...common, calls, buttonOf, commandNameOf });
  return new Intake({ ...common, bookmarks, messages, desk, calls, patient, onDirect: parts.onDirect });
}
