import * as offered from "./types.ts";

let isOffered = false;

/**
 * Makes `import … from "pi-gateway"` in a plugin mean this very gateway, wherever the plugin lies and however
 * the gateway was installed: a `ChannelError` of theirs is one of ours.
 */
export function offerGatewayModule(): void {
  if (isOffered) return;
  isOffered = true;
  Bun.plugin({
    name: "pi-gateway",
    setup: (build) => {
      build.module("pi-gateway", () => ({ loader: "object", exports: { ...offered } }));
    },
  });
}
