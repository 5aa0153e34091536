import { z } from "zod";
import type { ListedCommand } from "../../core/command.ts";
import { type SessionKey, toSessionKey } from "../../core/session-key.ts";
import type { MethodTable } from "../methods.ts";

/** Where clients learn which commands there are. */
export interface CommandLister {
  offered(asker: {
    readonly isOwner: boolean;
    readonly isTrusted: boolean;
    readonly session?: SessionKey;
  }): Promise<readonly ListedCommand[]>;
  readonly prefix: () => string;
}

const listSchema = z.looseObject({ sessionKey: z.string().min(1).max(1000).optional() });

/** Registers `command.list`: what the caller may write behind a slash, for a menu. */
export function registerCommandMethods(methods: MethodTable, commands: CommandLister): void {
  methods.register("command.list", {
    access: "browser",
    params: listSchema,
    run: async ({ sessionKey }, { principal }) => {
      const isOwner = principal.kind === "admin";
      // What a conversation's own pi has is told to those only who may read every conversation.
      const session = isOwner && sessionKey !== undefined ? toSessionKey(sessionKey) : undefined;
      const asker = { isOwner, isTrusted: isOwner, ...(session === undefined ? {} : { session }) };
      return { prefix: commands.prefix(), commands: await commands.offered(asker) };
    },
  });
}
