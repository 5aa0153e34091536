import { z } from "zod";
import type { AccessPolicySubject, AllowEntry, Pairing } from "../../core/access.ts";
import { shownName } from "../../lib/shown-name.ts";
import type { PairingDesk } from "../../security/pairing.ts";
import { anyParams, type MethodTable } from "../methods.ts";

/** What may be asked of the pairing desk over the socket. */
export type AccessDesk = Pick<
  PairingDesk,
  "waiting" | "nextOwns" | "approve" | "deny" | "allowed" | "remove"
>;

const channel = z.string().min(1);
const account = z.string().min(1).optional();

// Any text is a code: one that cannot be is as unknown as one that is not.
const codeSchema = z.looseObject({ channel: channel.optional(), account, code: z.string() });
const personSchema = z.looseObject({ channel, account, senderId: z.string().min(1) });

/** Registers `pairing.*` and `access.*`: who asks to talk, who was let in, and the decisions on them. */
export function registerAccessMethods(methods: MethodTable, desk: AccessDesk): void {
  methods.register("pairing.list", {
    access: "admin",
    params: anyParams,
    run: async () => ({
      pairings: (await desk.waiting()).map((one) => ({
        ...personOf(one),
        code: one.code,
        expiresAtMs: one.expiresAtMs,
      })),
      nextOwns: await desk.nextOwns(),
    }),
  });
  methods.register("pairing.approve", {
    access: "admin",
    params: codeSchema,
    run: async (named) => ({ approved: letIn(await desk.approve(named)) }),
  });
  methods.register("pairing.deny", {
    access: "admin",
    params: codeSchema,
    run: async (named) => ({ denied: personOf(await desk.deny(named)) }),
  });
  methods.register("access.list", {
    access: "admin",
    params: anyParams,
    run: async () => ({ allowed: (await desk.allowed()).map(letIn) }),
  });
  methods.register("access.remove", {
    access: "admin",
    params: personSchema,
    run: async (person) => ({
      removed: letIn(await desk.remove(person.channel, person.senderId, person.account)),
    }),
  });
}

/** Names are shown in terminals and pages: what anybody may have put into one does no harm there. */
function personOf({ senderName, ...person }: AccessPolicySubject & Pick<Pairing, "senderName">) {
  const { channel: name, account: bot, senderId } = person;
  return { channel: name, account: bot, senderId, senderName: shownName(senderName, senderId) };
}

function letIn(entry: AllowEntry & { readonly isOwner: boolean }) {
  return { ...personOf(entry), addedAtMs: entry.addedAtMs, isOwner: entry.isOwner };
}
