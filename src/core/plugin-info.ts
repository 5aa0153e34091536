/** One plugin of the configuration, as `pi-gw plugin list` and `plugin.list` show it. */
export interface PluginInfo {
  readonly id: string;
  readonly version?: string | undefined;
  /** What the configuration names. */
  readonly path: string;
  /** The file that was loaded, once it is known. */
  readonly main?: string | undefined;
  readonly state: "running" | "failed" | "disabled";
  /** Why it does not run; of one that runs, why its newest version does not. */
  readonly problem?: string | undefined;
  /** What to do about it. */
  readonly fix?: string | undefined;
  /** What it has registered, in words: `tool weather`, `hook message_received`. */
  readonly registered: readonly string[];
  /** What it threw outside of any call, since it was loaded. */
  readonly strays?: { readonly count: number; readonly last: string } | undefined;
}
