import type {
  AccessLedger,
  AccessPolicySubject,
  AllowEntry,
  KnownPairing,
  Pairing,
  PairingName,
  PairingRequest,
} from "../../core/access.ts";
import type { Address } from "../../core/message.ts";
import type { Delivery } from "../../core/store.ts";
import type { Connection } from "./connection.ts";
import { decode, encode, type Json } from "./json.ts";
import type { Poster } from "./outbox.ts";
import type { LedgerParts } from "./parts.ts";

type Subject = { channel: string; account: string; sender: string };
type Name = { channel: string; account: string; code: string };

export class SqliteAccess implements AccessLedger {
  readonly #parts: LedgerParts;
  readonly #outbox: Poster;
  readonly #sql: ReturnType<typeof accessStatements>;

  constructor(parts: LedgerParts, outbox: Poster) {
    this.#parts = parts;
    this.#outbox = outbox;
    this.#sql = accessStatements(parts.connection);
  }

  async isAllowed(subject: AccessPolicySubject): Promise<boolean> {
    return this.#parts.connection.read(() => this.#sql.isAllowed.get(namesOf(subject)) !== undefined);
  }

  async allowed(): Promise<readonly AllowEntry[]> {
    return this.#parts.connection.read(() => this.#sql.allowed.all({})).map(entryOf);
  }

  async firstAllowed(): Promise<AllowEntry | undefined> {
    const row = this.#parts.connection.read(() => this.#sql.firstAllowed.get({}));
    return row && entryOf(row);
  }

  async disallow(subject: AccessPolicySubject): Promise<AllowEntry | undefined> {
    const row = this.#parts.connection.write(() => {
      this.#sql.dropPairing.run(namesOf(subject));
      return this.#sql.disallow.get(namesOf(subject));
    });
    return row && entryOf(row);
  }

  async openPairing(pairing: Pairing, most: number): Promise<PairingRequest> {
    const now = this.#parts.clock.now();
    const subject = namesOf(pairing);
    return this.#parts.connection.write((): PairingRequest => {
      if (this.#sql.isAllowed.get(subject)) return { state: "allowed" };
      this.#sql.dropExpired.run({ now });
      const known = this.#sql.pairingOf.get(subject);
      if (known) return { state: "known", pairing: pairingOf(known) };
      const { channel, account, code, senderName, askedBy, expiresAtMs } = pairing;
      if ((this.#sql.countOpen.get({ channel, account })?.open ?? 0) >= most) return { state: "full" };
      const address = encode(pairing.address);
      this.#sql.openPairing.run({ ...subject, code, senderName, address, askedBy, expiresAtMs });
      return { state: "opened", pairing: { ...pairing, state: "open" } };
    });
  }

  async approvePairing(
    name: PairingName,
    tell: (entry: AllowEntry) => readonly Delivery[],
  ): Promise<AllowEntry | undefined> {
    const now = this.#parts.clock.now();
    const done = this.#parts.connection.write(() => {
      const row = this.#sql.pairing.get({ ...codeOf(name), now });
      if (!row || row.state === "denied") return undefined;
      const subject = { channel: row.channel, account: row.account, sender: row.sender };
      const isNew = row.state === "open";
      if (isNew) {
        this.#sql.close.run({ ...codeOf(name), state: "approved" });
        this.#sql.allow.run({ ...subject, senderName: row.sender_name, address: row.address, now });
      }
      const allowed = this.#sql.allowedOne.get(subject);
      const entry = allowed && entryOf(allowed);
      if (entry && isNew) this.#outbox.postAll(tell(entry));
      return entry && { entry, isNew };
    });
    if (done?.isNew) this.#parts.ring("delivery");
    return done?.entry;
  }

  async denyPairing(name: PairingName): Promise<Pairing | undefined> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.write(() => {
      const row = this.#sql.pairing.get({ ...codeOf(name), now });
      if (!row || row.state === "approved") return undefined;
      this.#sql.close.run({ ...codeOf(name), state: "denied" });
      return pairingOf(row);
    });
  }

  async pairings(): Promise<readonly KnownPairing[]> {
    const now = this.#parts.clock.now();
    return this.#parts.connection.read(() => this.#sql.pairings.all({ now })).map(pairingOf);
  }
}

const namesOf = ({ channel, account, senderId }: AccessPolicySubject): Subject => ({
  channel,
  account,
  sender: senderId,
});

const codeOf = ({ channel, account, code }: PairingName): Name => ({ channel, account, code });

interface AllowedRow extends Subject {
  readonly sender_name: string;
  readonly address: Json<Address>;
  readonly added_at: number;
  readonly is_first: number;
}

interface PairingRow extends Subject {
  readonly code: string;
  readonly sender_name: string;
  readonly address: Json<Address>;
  readonly asked_by: string;
  readonly state: KnownPairing["state"];
  readonly expires_at: number;
}

function entryOf({ channel, account, sender, ...row }: AllowedRow): AllowEntry {
  return {
    channel,
    account,
    senderId: sender,
    senderName: row.sender_name,
    address: decode(row.address),
    addedAtMs: row.added_at,
    isFirst: row.is_first === 1,
  };
}

function pairingOf({ channel, account, sender, code, state, ...row }: PairingRow): KnownPairing {
  return {
    channel,
    account,
    senderId: sender,
    code,
    senderName: row.sender_name,
    address: decode(row.address),
    askedBy: row.asked_by,
    expiresAtMs: row.expires_at,
    state,
  };
}

const OF_SUBJECT = "channel = $channel and account = $account and sender = $sender";
const OF_NAME = "channel = $channel and account = $account and code = $code";

type NewPairing = Subject & {
  code: string;
  senderName: string;
  address: Json<Address>;
  askedBy: string;
  expiresAtMs: number;
};

function accessStatements(connection: Connection) {
  return {
    ...allowedStatements(connection),
    pairingOf: connection.query<PairingRow, Subject>(`select * from pairing where ${OF_SUBJECT}`),
    pairing: connection.query<PairingRow, Name & { now: number }>(
      `select * from pairing where ${OF_NAME} and expires_at > $now`,
    ),
    // What has expired neither keeps its place nor its person from a new one.
    dropExpired: connection.query<unknown, { now: number }>("delete from pairing where expires_at <= $now"),
    dropPairing: connection.query<unknown, Subject>(`delete from pairing where ${OF_SUBJECT}`),
    countOpen: connection.query<{ open: number }, { channel: string; account: string }>(
      `select count(*) as open from pairing
       where channel = $channel and account = $account and state = 'open'`,
    ),
    openPairing: connection.query<unknown, NewPairing>(
      `insert into pairing (channel, account, code, sender, sender_name, address, asked_by, expires_at)
       values ($channel, $account, $code, $sender, $senderName, $address, $askedBy, $expiresAtMs)`,
    ),
    close: connection.query<unknown, Name & { state: "approved" | "denied" }>(
      `update pairing set state = $state where ${OF_NAME}`,
    ),
    pairings: connection.query<PairingRow, { now: number }>(
      "select * from pairing where expires_at > $now order by expires_at",
    ),
  };
}

function allowedStatements(connection: Connection) {
  return {
    isAllowed: connection.query<unknown, Subject>(`select 1 from allowed where ${OF_SUBJECT}`),
    allowedOne: connection.query<AllowedRow, Subject>(`select * from allowed where ${OF_SUBJECT}`),
    allowed: connection.query<AllowedRow>("select * from allowed order by channel, account, sender"),
    firstAllowed: connection.query<AllowedRow>("select * from allowed where is_first = 1"),
    // Every channel's name comes behind the empty one: the condition is there for the index.
    allow: connection.query<unknown, Subject & { senderName: string; address: Json<Address>; now: number }>(
      `insert into allowed (channel, account, sender, sender_name, address, added_at, is_first)
       values ($channel, $account, $sender, $senderName, $address, $now,
         not exists (select 1 from allowed where channel > ''))
       on conflict do nothing`,
    ),
    disallow: connection.query<AllowedRow, Subject>(`delete from allowed where ${OF_SUBJECT} returning *`),
  };
}
