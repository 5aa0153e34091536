import type { Channel } from "../core/channel.ts";
import type { Config } from "../core/config-schema.ts";
import type { GatewayControl } from "../core/control.ts";
import type { CronEngine } from "../core/cron-port.ts";
import type { Delegations } from "../core/delegations.ts";
import type { ErrandDesk } from "../core/errand.ts";
import type { Address, InboundMessage } from "../core/message.ts";
import type { Owners } from "../core/owners.ts";
import type { Outlet } from "../core/outlet.ts";
import type { SessionKey } from "../core/session-key.ts";
import type { OutboxLedger, SessionLedger, TurnId } from "../core/store.ts";

/** What the tools act through. */
export interface ToolParts {
  readonly config: () => Pick<Config, "gateway" | "media" | "agents" | "roles" | "session">;
  readonly owners: Pick<Owners, "isOwner" | "chats">;
  /** The turn that runs in a session. */
  readonly turn: (session: SessionKey) => ToolTurn | undefined;
  /** The channel that can reach an address. */
  readonly channel: (to: Pick<Address, "channel" | "account">) => Channel | undefined;
  readonly sessions: Pick<SessionLedger, "get" | "inChat">;
  readonly outbox: Pick<OutboxLedger, "find" | "read">;
  readonly outlet: Outlet;
  readonly control: Pick<GatewayControl, "reloadConfig" | "restart" | "sessionStatus">;
  readonly folders: ToolFolders;
  readonly delegations: () => Pick<Delegations, "ask">;
  readonly errands: () => Pick<ErrandDesk, "take">;
  /** Counts a message into another session; false where there are too many from this one. */
  readonly mayWrite: (from: SessionKey) => boolean;
  /** Undefined while nothing runs tasks by the clock. */
  readonly cron: () => CronEngine | undefined;
}

/** A turn as tools see it. */
export interface ToolTurn {
  readonly id: TurnId;
  /** Another one for each try. */
  readonly attempt: string;
  /** The chat that it answers; of scope `job` where that is none. */
  readonly chat: Address;
  /** The conversation of that chat, where the turn is in another. */
  readonly chatSession?: SessionKey;
  /** What it answers; more may join while it runs. */
  readonly messages: readonly InboundMessage[];
}

export interface ToolFolders {
  /** The working directory of an agent. */
  readonly workspace: (agent: string) => string;
  /** Where copies of sent files are kept. */
  readonly media: string;
  /** Folders of secrets and of our own state: nothing leaves them, whatever is allowed around them. */
  readonly closed: () => readonly string[];
}
