import type { WorkKind } from "../../core/store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Connection } from "./connection.ts";
import type { Sequence } from "./sequence.ts";

/** What a ledger is made of. */
export interface LedgerParts {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly sequence: Sequence;
  /** Says that there may be work. Call it after the commit that made it. */
  readonly ring: (kind: WorkKind) => void;
}
