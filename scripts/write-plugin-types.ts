import { PLUGIN_TYPES, pluginTypes } from "./plugin-types.ts";

/** Writes the types that plugins see. A test fails while they are stale. */
await Bun.write(new URL(`../${PLUGIN_TYPES}`, import.meta.url), pluginTypes());
