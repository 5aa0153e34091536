import type { GatewayControl } from "../../core/control.ts";
import { RequestError } from "../../core/errors.ts";
import type { TurnLedger } from "../../core/store.ts";
import type { Router } from "../router.ts";

/**
 * Adds `GET /health`: anybody learns that the gateway lives, and nothing private. With `?detail=1` and the
 * gateway's credential: everything that is known.
 */
export function addHealthRoute(
  router: Router,
  control: Pick<GatewayControl, "health" | "budgets">,
  turns: Pick<TurnLedger, "depth">,
): Disposable {
  return router.add("GET", "/health", {
    auth: "none",
    run: async ({ url, principal }) => {
      const health = control.health();
      const status = health.public.status === "stopping" ? 503 : 200;
      if (!isSet(url.searchParams.get("detail"))) return Response.json(health.public, { status });
      if (principal()?.kind !== "admin") {
        throw new RequestError("UNAUTHORIZED", "The detail needs the header Authorization: Bearer <token>.");
      }
      const { public: open, ...rest } = health;
      const queue = { waiting: await turns.depth() };
      const budgets = await control.budgets();
      return Response.json({ ...open, ...rest, queue, budgets }, { status });
    },
  });
}

function isSet(flag: string | null): boolean {
  return flag !== null && flag !== "0" && flag !== "false";
}
