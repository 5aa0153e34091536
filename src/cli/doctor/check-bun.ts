import manifest from "../../../package.json";
import type { Finding } from "../../core/channel.ts";

/** Whether we run on the Bun we were tested with. */
export function checkBun(version: string = Bun.version): readonly Finding[] {
  const pinned = manifest.dependencies.bun;
  if (version === pinned) return [{ level: "ok", subject: "Bun", text: version }];
  return [
    {
      level: "note",
      subject: "Bun",
      text: `${version}; this version of pi-gateway is tested with ${pinned}`,
      fix: "Start with npm start or npx pi-gw, which use the right one.",
    },
  ];
}
