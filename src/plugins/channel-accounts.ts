import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { childSchema, shapeOf } from "../core/config-shape.ts";

/** A channel's section that may name several accounts. */
export interface SeveralAccounts {
  readonly enabled: boolean;
  readonly accounts: Readonly<Record<string, { readonly enabled: boolean }>>;
}

/** One account, with everything it has of its own and from its channel. */
export interface AccountIn<Section> {
  readonly name: string;
  readonly section: Omit<Section, "accounts"> & { readonly enabled: boolean };
}

/** The keys of a channel's section that belong to one bot, such as its token: no other account inherits them. */
export function ownKeysOf(schema: z.ZodType): ReadonlySet<string> {
  const shape = shapeOf(schema);
  const keys = shape.kind === "section" ? [...shape.fields.keys()] : [];
  return new Set(keys.filter((key) => isOwn(childSchema(shape, key))));
}

/**
 * The accounts of a channel that are to run, each complete. `default` is the channel itself, with what stands under
 * `accounts.default` on top; it is there unless others are and nothing is said about it. The others inherit every
 * key but those in `own`.
 */
export function accountsIn<Section extends SeveralAccounts>(
  section: Section,
  own: ReadonlySet<string>,
): readonly AccountIn<Section>[] {
  const { accounts, ...channel } = section;
  const { default: first, ...others } = accounts;
  const isNamed = first !== undefined || [...own].some((key) => Reflect.get(section, key) !== undefined);
  const isAlone = Object.keys(others).length === 0;
  const inherited = Object.fromEntries(Object.entries(channel).filter(([key]) => !own.has(key)));
  const all = [
    ...(isNamed || isAlone
      ? [{ name: "default", section: { ...channel, ...withoutGaps(first ?? {}) } }]
      : []),
    ...Object.entries(others).map(([name, account]) => ({
      name,
      section: { ...inherited, ...withoutGaps(account) },
    })),
  ];
  // Both have passed the schema, where an account may set what the channel sets: together they are complete.
  return (all as AccountIn<Section>[]).filter((account) => section.enabled && account.section.enabled);
}

/** A token, or why there is none and what to do about it. */
export type Token =
  { readonly token: string } | { readonly token?: undefined; readonly problem: string; readonly fix: string };

/** The token of an account: the one in its section, or the one in its file. `key` is how the configuration names it. */
export async function readToken(
  given: { readonly token?: string | undefined; readonly tokenFile?: string | undefined },
  key: string,
): Promise<Token> {
  if (given.token !== undefined) return { token: given.token.trim() };
  const { tokenFile } = given;
  if (tokenFile === undefined) {
    return { problem: "it has no token", fix: `Set ${key}, or tokenFile beside it.` };
  }
  const text = await textOf(tokenFile);
  if (typeof text === "string" && text !== "") return { token: text };
  const why = text === "" ? "is empty" : text === undefined ? "does not exist" : "cannot be read";
  return { problem: `its token file ${tokenFile} ${why}`, fix: `Write the token into it, or set ${key}.` };
}

async function textOf(path: string): Promise<string | undefined | Error> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return "code" in error && error.code === "ENOENT" ? undefined : error;
  }
}

function withoutGaps(account: object): object {
  return Object.fromEntries(Object.entries(account).filter(([, value]) => value !== undefined));
}

function isOwn(field: z.core.$ZodType | undefined): boolean {
  return field !== undefined && shapeOf(field).facts.own === true;
}
