import { z } from "zod";
import { findingsOf } from "../../core/channel-findings.ts";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { stateLayout } from "../../core/state-dir.ts";
import { CliError } from "../cli-error.ts";
import { callGateway } from "../client.ts";
import { authFrame, readCredential, secretOf } from "../credential.ts";
import { withPluginsHere } from "../plugins-here.ts";
import { findRunning } from "../running-gateway.ts";

const answerSchema = z.object({
  findings: z.array(
    z.object({
      level: z.enum(["ok", "note", "warning", "error"]),
      subject: z.string(),
      text: z.string(),
      fix: z.string().optional(),
    }),
  ),
});

/** What the channels find when they look at themselves: in the running gateway, or else here, without starting them. */
export async function checkChannels(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const { config } = loaded;
  const layout = stateLayout(config.gateway.stateDir);
  const credential = await readCredential(config, layout).catch(() => undefined);
  const running = await findRunning(layout, secretOf(credential));
  if (running === undefined) {
    return withPluginsHere(loaded, ({ registry }) => findingsOf(registry.channels));
  }
  try {
    const gateway = { url: running.run.url, auth: authFrame(credential) };
    const { findings } = answerSchema.parse(await callGateway(gateway, "channels.findings", {}));
    return findings.map(({ fix, ...rest }) => ({ ...rest, ...(fix === undefined ? {} : { fix }) }));
  } catch (error) {
    // That the gateway cannot be asked is a finding of its own.
    if (error instanceof CliError) return [];
    throw error;
  }
}
