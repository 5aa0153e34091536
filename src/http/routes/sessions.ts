import type { GatewayControl } from "../../core/control.ts";
import { RequestError } from "../../core/errors.ts";
import { toSessionKey } from "../../core/session-key.ts";
import { findSession, listSessions, MAX_LISTED, type SessionReader } from "../../ws/sessions.ts";
import type { Router } from "../router.ts";

/** Adds `GET /api/sessions`, with the state of the models that answer in them, and `GET /api/session/:key`, the key raw or percent-encoded. */
export function addSessionRoutes(
  router: Router,
  reader: SessionReader,
  control: Pick<GatewayControl, "health">,
): readonly Disposable[] {
  return [
    router.add("GET", "/api/sessions", {
      auth: "admin",
      run: async ({ url }) =>
        Response.json({
          sessions: await listSessions(reader, limitOf(url.searchParams.get("limit"))),
          models: control.health().models,
        }),
    }),
    router.add("GET", "/api/session/:key", {
      auth: "admin",
      run: async ({ params, rawParams }) => {
        const { key: decoded = "" } = params;
        // A key may hold an escape of its own; given raw, decoding has taken it away.
        const key = toSessionKey(decoded) ?? toSessionKey(rawParams["key"] ?? "") ?? decoded;
        return Response.json({ session: await findSession(reader, key) });
      },
    }),
  ];
}

function limitOf(text: string | null): number {
  if (text === null) return 100;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LISTED) return limit;
  throw new RequestError("BAD_REQUEST", `limit: expected a whole number from 1 to ${MAX_LISTED}`);
}
