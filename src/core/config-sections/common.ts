import { z } from "zod";

/** A path: `~` is the home folder, a relative one starts at the configuration file. Resolved on loading. */
export const path = () => z.string().min(1).meta({ format: "path" });

/** A value that must never be shown: `config show`, `/api/config` and the logs redact it. */
export const secret = () => z.string().min(1).meta({ secret: true });

export const port = () => z.int().min(0).max(65_535);

/** A span of time in milliseconds; at most what a timer can hold (24.8 days). */
export const milliseconds = () => z.int().min(0).max(2_147_483_647);

export const count = () => z.int().min(1);

/** A conversation target: `channel:[account:]chat[:topic|thread:id]`. */
export const target = () =>
  z.string().regex(/^[a-z][\w-]*:.+/, "expected a target such as telegram:123456789");
