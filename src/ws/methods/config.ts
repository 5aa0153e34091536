import type { GatewayControl } from "../../core/control.ts";
import { anyParams, type MethodTable } from "../methods.ts";

/** Registers `config.get`, `config.reload`, and `channels.findings`: what the channels say of themselves. */
export function registerConfigMethods(
  methods: MethodTable,
  control: Pick<GatewayControl, "configForDisplay" | "reloadConfig" | "channelFindings">,
): void {
  methods.register("config.get", {
    access: "admin",
    params: anyParams,
    run: () => control.configForDisplay(),
  });
  methods.register("channels.findings", {
    access: "admin",
    params: anyParams,
    run: async () => ({ findings: await control.channelFindings() }),
  });
  methods.register("config.reload", {
    access: "admin",
    params: anyParams,
    run: async () => {
      const report = await control.reloadConfig();
      return { reloaded: report.problems.length === 0, ...report };
    },
  });
}
