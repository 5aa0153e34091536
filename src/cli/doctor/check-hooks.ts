import type { Finding } from "../../core/channel.ts";
import { isAgent } from "../../core/agent-list.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { stateLayout } from "../../core/state-dir.ts";
import { pageAuthOf } from "../../plugins/builtin/index.ts";
import { credentialOf } from "../../security/gateway-auth.ts";
import { readToken } from "../../security/token-file.ts";
import { sharedTokenProblem } from "../../security/webhook-callers.ts";
import { startedAs } from "../started-as.ts";

const subject = "hooks";

/** Whether webhooks are served, with which token, and whether the agents that they name are there. */
export async function checkHooks({ config }: LoadedConfig): Promise<readonly Finding[]> {
  const { hooks, gateway, channels } = config;
  if (!hooks.enabled) return [];
  const layout = stateLayout(config.gateway.stateDir);
  // A token that cannot be read is a fault of the state folder, and is told there.
  const read = (file: string) => readToken(file).catch(() => undefined);
  const [own, generated] = await Promise.all([read(layout.hooksToken), read(layout.token)]);
  const page = pageAuthOf(channels);
  const others = {
    gateway: credentialOf(gateway.auth, generated ?? ""),
    ...(page ? { browser: credentialOf(page, generated ?? "", "channels.*.auth") } : {}),
  };
  const problem = sharedTokenProblem({ ...hooks, token: hooks.token ?? own }, others);
  if (problem !== undefined) {
    const fix = "Choose another token, or leave it out: hooks.token is made then.";
    return [{ level: "error", subject, text: problem, fix }];
  }
  const names = Object.entries(hooks.mappings).filter(([, { enabled }]) => enabled);
  const addresses = ["wake", "agent", ...names.map(([name]) => name)].join(", ");
  const where = hooks.token === undefined ? "a token of their own, made at the first start" : "hooks.token";
  const text = `webhooks at ${hooks.path}: ${addresses}, with ${where}`;
  const strange = [
    ...(hooks.agent === undefined ? [] : [["hooks.agent", hooks.agent] as const]),
    ...names.flatMap(([name, { agent }]) =>
      agent === undefined ? [] : [[`hooks.mappings.${name}.agent`, agent] as const],
    ),
  ].filter(([, agent]) => !isAgent(config, agent));
  return [
    { level: "ok", subject, text: `${text} (${startedAs()} token show --hooks)` },
    ...strange.map(([path, agent]): Finding => {
      const fix = "Add it to agents.list, or name another.";
      return { level: "warning", subject, text: `${path}: there is no agent ${agent}`, fix };
    }),
  ];
}
