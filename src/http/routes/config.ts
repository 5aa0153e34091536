import type { GatewayControl } from "../../core/control.ts";
import type { Router } from "../router.ts";

/** Adds `GET /api/config`: the configuration in force, secrets redacted. */
export function addConfigRoute(
  router: Router,
  control: Pick<GatewayControl, "configForDisplay">,
): Disposable {
  return router.add("GET", "/api/config", {
    auth: "admin",
    run: () => Response.json(control.configForDisplay()),
  });
}
