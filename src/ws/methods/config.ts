import type { GatewayControl } from "../../core/control.ts";
import { anyParams, type MethodTable } from "../methods.ts";

/** Registers `config.get` and `config.reload`. */
export function registerConfigMethods(
  methods: MethodTable,
  control: Pick<GatewayControl, "configForDisplay" | "reloadConfig">,
): void {
  methods.register("config.get", {
    access: "admin",
    params: anyParams,
    run: () => control.configForDisplay(),
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
