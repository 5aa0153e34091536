import { z } from "zod";
import { hostRule } from "./common.ts";

/** `security`: from where the gateway itself fetches. */
export const securitySchema = z.strictObject({
  ssrfGuard: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          "Keeps the gateway's own downloads away from internal addresses, at each redirect anew. What an agent fetches with its own tools, such as bash, is not covered.",
        ),
      blockPrivateIPs: z.boolean().default(true).describe("Refuses addresses of private networks."),
      blockLocalhost: z.boolean().default(true).describe("Refuses this machine's own addresses."),
      allowedHosts: z
        .array(hostRule())
        .default([])
        .describe(
          "Exceptions to the refusals, such as `files.lan`, `*.example.com`, `10.0.0.5` or `files.lan:8081`; other public hosts stay reachable.",
        ),
    })
    .prefault({})
    .describe("Which addresses the gateway itself may fetch from."),
});
