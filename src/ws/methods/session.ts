import { z } from "zod";
import type { GatewayControl } from "../../core/control.ts";
import { toSessionKey } from "../../core/session-key.ts";
import type { MethodTable } from "../methods.ts";
import { findSession, listSessions, MAX_LISTED, type SessionReader, unknownSession } from "../sessions.ts";

const listSchema = z.looseObject({ limit: z.int().min(1).max(MAX_LISTED).default(100) });
const keySchema = z.looseObject({ key: z.string().min(1).max(1000) });

/** Registers `session.list`, `session.get` and `session.kill`. */
export function registerSessionMethods(
  methods: MethodTable,
  reader: SessionReader,
  control: Pick<GatewayControl, "kill">,
): void {
  methods.register("session.list", {
    access: "admin",
    params: listSchema,
    run: async ({ limit }) => ({ sessions: await listSessions(reader, limit) }),
  });
  methods.register("session.get", {
    access: "admin",
    params: keySchema,
    run: async ({ key }) => ({ session: await findSession(reader, key) }),
  });
  methods.register("session.kill", {
    access: "admin",
    params: keySchema,
    run: async ({ key: text }) => {
      const key = toSessionKey(text);
      const killed = key ? await control.kill(key) : undefined;
      if (!killed) throw await unknownSession(reader, text);
      return { key, ...killed };
    },
  });
}
