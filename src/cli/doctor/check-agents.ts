import { agentFindings } from "../../core/agent-findings.ts";
import { agentIds, defaultAgent } from "../../core/agent-list.ts";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";

/** Who there is to answer, and what agents and roles name that is not there. */
export async function checkAgents({ config }: LoadedConfig): Promise<readonly Finding[]> {
  const findings = await agentFindings(config);
  const ids = agentIds(config);
  if (ids.length === 1) return findings;
  const text = `${ids.join(", ")}; ${defaultAgent(config)} gets what no binding takes`;
  return [{ level: "ok", subject: "agents", text }, ...findings];
}
