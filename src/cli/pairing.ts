import { z } from "zod";
import { shownName } from "../lib/shown-name.ts";
import { callGateway } from "./client.ts";
import { type ExitCode, EXIT } from "./exit-codes.ts";
import { findGateway } from "./find-gateway.ts";
import type { ConfigOptions } from "./load-config.ts";
import { startedAs } from "./started-as.ts";

export interface PairingOptions extends ConfigOptions {
  /** `--account`: the bot, where the channel has several. */
  readonly account?: string;
}

const personSchema = z.looseObject({
  channel: z.string(),
  account: z.string(),
  senderId: z.string(),
  senderName: z.string(),
});

const waitingSchema = z.looseObject({
  pairings: z.array(personSchema.extend({ code: z.string(), expiresAtMs: z.number() })),
  nextOwns: z.boolean(),
});

const allowedSchema = personSchema.extend({ isOwner: z.boolean() });

type Person = z.output<typeof personSchema>;

/** `pi-gw pairing list`: who asks to talk, and who was let in; of one channel where it is named. */
export async function listPairings(
  channel: string | undefined,
  { account, ...options }: PairingOptions,
): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const waiting = waitingSchema.parse(await callGateway(gateway, "pairing.list", {}));
  const { allowed } = z
    .looseObject({ allowed: z.array(allowedSchema) })
    .parse(await callGateway(gateway, "access.list", {}));
  const isMeant = (one: Person) =>
    one.channel === (channel ?? one.channel) && one.account === (account ?? one.account);
  const lines = [
    ...waitingLines(waiting.pairings.filter(isMeant), waiting.nextOwns),
    "",
    ...allowedLines(allowed.filter(isMeant)),
  ];
  for (const line of lines) console.log(line);
  return EXIT.ok;
}

/** `pi-gw pairing approve`: lets in whoever was told the code; they are told. */
export async function approvePairing(
  channel: string,
  code: string,
  { account, ...options }: PairingOptions,
): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const answer = await callGateway(gateway, "pairing.approve", { channel, code, ...accountIn(account) });
  const { approved } = z.looseObject({ approved: allowedSchema }).parse(answer);
  console.log(`${nameOf(approved)} may write on ${placeOf(approved)} now, and is told so there.`);
  if (approved.isOwner) {
    console.log(
      "They are the first one, so they own this gateway. To name other owners, set owners in pi-gateway.jsonc.",
    );
  }
  return EXIT.ok;
}

/** `pi-gw pairing deny`: refuses whoever was told the code; they are not told. */
export async function denyPairing(
  channel: string,
  code: string,
  { account, ...options }: PairingOptions,
): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const answer = await callGateway(gateway, "pairing.deny", { channel, code, ...accountIn(account) });
  const { denied } = z.looseObject({ denied: personSchema }).parse(answer);
  console.log(`${nameOf(denied)} was refused on ${placeOf(denied)}, and is not told.`);
  return EXIT.ok;
}

/** `pi-gw pairing revoke`: takes somebody off again who was let in. */
export async function revokePairing(
  channel: string,
  senderId: string,
  { account, ...options }: PairingOptions,
): Promise<ExitCode> {
  const gateway = await findGateway(options);
  const answer = await callGateway(gateway, "access.remove", { channel, senderId, ...accountIn(account) });
  const { removed } = z.looseObject({ removed: allowedSchema }).parse(answer);
  console.log(`${nameOf(removed)} may not write on ${placeOf(removed)} any more.`);
  if (removed.isOwner) {
    console.log(
      "They owned this gateway; nobody does now. To name an owner, set owners in pi-gateway.jsonc.",
    );
  }
  return EXIT.ok;
}

function waitingLines(waiting: z.output<typeof waitingSchema>["pairings"], nextOwns: boolean): string[] {
  const [first] = waiting;
  if (!first) return ["Nobody is waiting to be let in."];
  const rows = waiting.map((one) => {
    const minutes = Math.max(1, Math.ceil((one.expiresAtMs - Date.now()) / 60_000));
    return `  ${one.code}  ${placeOf(one)}  ${nameOf(one)}, ${minutes} min left`;
  });
  const account = first.account === "default" ? "" : ` --account ${first.account}`;
  return [
    "Waiting to be let in:",
    ...rows,
    `Let somebody in with: ${startedAs()} pairing approve ${first.channel} ${first.code}${account}`,
    ...(nextOwns
      ? ["Nobody owns this gateway yet: the first one you let in will. To name somebody else, set owners."]
      : []),
  ];
}

function allowedLines(allowed: readonly z.output<typeof allowedSchema>[]): string[] {
  if (allowed.length === 0) return ["Nobody has been let in so far."];
  const rows = allowed.map((one) => `  ${placeOf(one)}  ${nameOf(one)}${one.isOwner ? ", owner" : ""}`);
  return ["Let in so far:", ...rows];
}

/** Whoever answers, nothing but text gets to the terminal. */
function nameOf({ senderName, senderId }: Person): string {
  const [name, id] = [shownName(senderName, senderId), shownName(senderId, "?")];
  return name === id ? id : `${name} (${id})`;
}

function placeOf({ channel, account }: Person): string {
  return shownName(account === "default" ? channel : `${channel}:${account}`, "?");
}

const accountIn = (account: string | undefined) => (account === undefined ? {} : { account });
