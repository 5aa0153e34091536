import type { AccessPolicySubject, AllowEntry, Pairing } from "../../core/access.ts";
import type { AccessLedger } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import type { LedgerParts } from "./parts.ts";

type Subject = { channel: string; account: string; sender: string };

export class SqliteAccess implements AccessLedger {
  readonly #parts: LedgerParts;
  readonly #sql: ReturnType<typeof accessStatements>;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#sql = accessStatements(parts.connection);
  }

  async isAllowed(subject: AccessPolicySubject): Promise<boolean> {
    return this.#parts.connection.read(() => this.#sql.isAllowed.get(namesOf(subject)) !== undefined);
  }

  async allow(entry: AllowEntry): Promise<void> {
    this.#parts.connection.write(() => this.#allow(entry));
  }

  async openPairing(pairing: Pairing): Promise<Pairing> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.write(() => {
      const known = this.#sql.pairingOf.get({ ...namesOf(pairing), now });
      if (known) return pairingOf(known);
      this.#sql.dropExpired.run({ ...namesOf(pairing), code: pairing.code, now });
      const { code, senderName, expiresAtMs } = pairing;
      this.#sql.openPairing.run({ ...namesOf(pairing), code, senderName, expiresAtMs });
      return pairing;
    });
  }

  async closePairing(code: string, decision: "approve" | "deny"): Promise<Pairing | undefined> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.write(() => {
      const row = this.#sql.closePairing.get({ code, now });
      if (!row) return undefined;
      const pairing = pairingOf(row);
      if (decision === "approve") this.#allow({ ...pairing, addedAtMs: now, by: "pairing" });
      return pairing;
    });
  }

  async pairings(): Promise<readonly Pairing[]> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.read(() => this.#sql.pairings.all({ now })).map(pairingOf);
  }

  #allow(entry: AllowEntry): void {
    this.#sql.allow.run({ ...namesOf(entry), addedAtMs: entry.addedAtMs, by: entry.by });
  }
}

const namesOf = ({ channel, account, senderId }: AccessPolicySubject): Subject => ({
  channel,
  account,
  sender: senderId,
});

interface PairingRow extends Subject {
  readonly code: string;
  readonly sender_name: string;
  readonly expires_at: number;
}

function pairingOf({ code, channel, account, sender, sender_name, expires_at }: PairingRow): Pairing {
  return { code, channel, account, senderId: sender, senderName: sender_name, expiresAtMs: expires_at };
}

function accessStatements(connection: Connection) {
  const ofSubject = "channel = $channel and account = $account and sender = $sender";
  return {
    isAllowed: connection.query<unknown, Subject>(`select 1 from allowed where ${ofSubject}`),
    allow: connection.query<unknown, Subject & { addedAtMs: number; by: string }>(
      `insert into allowed (channel, account, sender, added_at, added_by)
       values ($channel, $account, $sender, $addedAtMs, $by) on conflict do nothing`,
    ),
    pairingOf: connection.query<PairingRow, Subject & { now: number }>(
      `select * from pairing where ${ofSubject} and expires_at > $now`,
    ),
    // What has expired neither keeps its code nor its person from a new one.
    dropExpired: connection.query<unknown, Subject & { code: string; now: number }>(
      `delete from pairing where expires_at <= $now and (code = $code or ${ofSubject})`,
    ),
    openPairing: connection.query<
      unknown,
      Subject & { code: string; senderName: string; expiresAtMs: number }
    >(
      `insert into pairing (code, channel, account, sender, sender_name, expires_at)
       values ($code, $channel, $account, $sender, $senderName, $expiresAtMs)`,
    ),
    closePairing: connection.query<PairingRow, { code: string; now: number }>(
      "delete from pairing where code = $code and expires_at > $now returning *",
    ),
    pairings: connection.query<PairingRow, { now: number }>(
      "select * from pairing where expires_at > $now order by expires_at",
    ),
  };
}
