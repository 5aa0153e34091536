import { z } from "zod";
import { RequestError } from "../../core/errors.ts";
import type { PluginInfo } from "../../core/plugin-info.ts";
import { nearest } from "../../lib/nearest.ts";
import { anyParams, type MethodTable } from "../methods.ts";

const reloadSchema = z.looseObject({ id: z.string().min(1).max(200).optional() });

/** Where plugins are listed and loaded again. */
export interface PluginDesk {
  list(): readonly PluginInfo[];
  /** Resolves to how they are then; empty if there is none of that id. */
  reload(id?: string): Promise<readonly PluginInfo[]>;
}

/** Registers `plugin.list` and `plugin.reload`; without an `id` that loads all of them again. */
export function registerPluginMethods(methods: MethodTable, desk: PluginDesk): void {
  methods.register("plugin.list", {
    access: "admin",
    params: anyParams,
    run: () => ({ plugins: desk.list() }),
  });
  methods.register("plugin.reload", {
    access: "admin",
    params: reloadSchema,
    run: async ({ id }) => {
      const plugins = await desk.reload(id);
      if (id === undefined || plugins.length > 0) return { plugins };
      throw new RequestError(
        "NOT_FOUND",
        unknownPlugin(
          id,
          desk.list().map((one) => one.id),
        ),
      );
    },
  });
}

function unknownPlugin(id: string, known: readonly string[]): string {
  const close = nearest(id, known);
  const there = known.length === 0 ? "There are none." : `There are: ${known.join(", ")}.`;
  return `There is no plugin "${id}". ${close === undefined ? there : `Did you mean ${close}?`}`;
}
