import { z } from "zod";
import { isTimeZone } from "../../lib/local-time.ts";
import { isTarget, TARGET_FORM } from "../target.ts";

/** A path: `~` is the home folder, a relative one starts at the configuration file. Resolved on loading. */
export const path = () => z.string().min(1).meta({ format: "path" });

/** A program: a path if it holds a slash, else a name that is looked up on the PATH. */
export const command = () => z.string().min(1).meta({ format: "command" });

/** A value that must never be shown: `config show`, `/api/config` and the logs redact it. */
export const secret = () => z.string().min(1).meta({ secret: true });

/** A secret that belongs to one bot: other accounts of the channel do not inherit it. */
export const ownSecret = () => z.string().min(1).meta({ secret: true, own: true });

/** A web address with its scheme. */
export const webAddress = () =>
  z
    .url({ protocol: /^https?$/, error: "expected an address such as https://example.com" })
    .meta({ format: "uri" });

/** A host as `security.ssrfGuard.allowedHosts` has it: a name, `*.name` or an address, perhaps with a port. */
export const hostRule = () =>
  z
    .string()
    .regex(
      /^(\[[0-9a-fA-F:.]+\]|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|(\*\.)?[^\s/:@?#[\]*]+)(:\d{1,5})?$/,
      "expected a host such as files.example.com, *.example.com, 10.0.0.5 or 10.0.0.5:8080",
    );

export const port = () => z.int().min(0).max(65_535);

/** A span of time in milliseconds; at most what a timer can hold (24.8 days). */
export const milliseconds = () => z.int().min(0).max(2_147_483_647);

export const count = () => z.int().min(1);

/** A person or chat as a platform names it. Numbers are taken too, since many ids look like one. */
export const platformId = () => z.union([z.string().min(1), z.int()]).transform((id) => String(id));

/** A conversation target: `channel:[account:]chat[:topic|thread:id]`. */
export const target = () =>
  z
    .string()
    .regex(/^[a-z][\w-]*:.+/, { error: "expected a target such as telegram:123456789", abort: true })
    .refine(isTarget, `expected a target: ${TARGET_FORM}`);

/** A path in a URL of ours. */
export const urlPath = () => z.string().regex(/^\/[^\s?#]*$/, "expected a path such as /hooks");

/** A time zone such as Asia/Shanghai. */
export const timeZone = () => z.string().refine(isTimeZone, "expected a time zone such as Asia/Shanghai");
