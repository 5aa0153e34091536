import { z } from "zod";
import manifest from "../../../package.json";
import type { Finding } from "../../core/channel.ts";
import type { LoadedConfig } from "../../core/config.ts";
import { stateLayout } from "../../core/state-dir.ts";
import { listen, ListenError } from "../../http/listen.ts";
import type { Credential } from "../../security/gateway-auth.ts";
import { CliError } from "../cli-error.ts";
import { callGateway } from "../client.ts";
import { authFrame, readCredential, secretOf } from "../credential.ts";
import { findRunning, type RunningGateway } from "../running-gateway.ts";
import { budgetFindings, budgetsSchema, modelFindings, modelsSchema } from "./model-findings.ts";
import { startedAs } from "../started-as.ts";

/** A turn that waits longer than this for a free pi says that there are too few. */
const LONG_WAIT_MS = 10_000;

const detailSchema = z.object({
  status: z.string(),
  reason: z.string().optional(),
  problems: z.array(z.string()).default([]),
  pool: z
    .object({
      total: z.number(),
      busy: z.number(),
      max: z.number(),
      longestWaitMs: z.number(),
    })
    .optional(),
  queue: z.object({ waiting: z.number() }).optional(),
  models: modelsSchema.default([]),
  budgets: budgetsSchema.default([]),
});

/** Whether a gateway runs on this state and can be used; if none does, whether one could start. */
export async function checkGateway(loaded: LoadedConfig): Promise<readonly Finding[]> {
  const { config } = loaded;
  const layout = stateLayout(config.gateway.stateDir);
  // A token that cannot be read is a fault of the state folder, and is told there.
  const credential = await readCredential(config, layout).catch(() => undefined);
  const running = await findRunning(layout, secretOf(credential));
  if (running === undefined) return [...(await checkPort(loaded)), notRunning()];
  return [
    { level: "ok", subject: "gateway", text: `runs at ${running.run.url} (process ${running.run.pid})` },
    ...versionFinding(running),
    ...(await checkSocket(running, credential)),
    ...healthFindings(running),
  ];
}

function notRunning(): Finding {
  return {
    level: "note",
    subject: "gateway",
    text: "does not run",
    fix: `Start it with: ${startedAs()} gateway`,
  };
}

async function checkPort({ config, bind }: LoadedConfig): Promise<readonly Finding[]> {
  const { port } = config.gateway;
  if (port === 0) return [{ level: "ok", subject: "port", text: "chosen by the system at each start" }];
  try {
    const fetch = () => new Response();
    const servers = await listen(bind.reach, port, (hostname, at) =>
      Bun.serve({ hostname, port: at, fetch }),
    );
    await Promise.all(servers.map((server) => server.stop(true)));
    return [{ level: "ok", subject: "port", text: `${port} is free` }];
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const fix = `See who has it with "lsof -i :${port}", or choose another with --port or gateway.port.`;
    return [{ level: "error", subject: "port", text: error.message, fix }];
  }
}

function versionFinding({ run }: RunningGateway): readonly Finding[] {
  if (run.version === manifest.version) return [];
  const text = `it is version ${run.version}, and this is ${manifest.version}`;
  return [{ level: "note", subject: "gateway", text, fix: "Start it again to run this version." }];
}

async function checkSocket(
  { run }: RunningGateway,
  credential: Credential | undefined,
): Promise<readonly Finding[]> {
  try {
    await callGateway({ url: run.url, auth: authFrame(credential) }, "session.list", {}, 5_000);
    return [{ level: "ok", subject: "socket", text: "a client can connect" }];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const fix =
      "The credential is in gateway.auth, or in the token file; a client sends it with connect, and wss:// is for a proxy with HTTPS only.";
    return [{ level: "error", subject: "socket", text: error.message, fix }];
  }
}

function healthFindings({ health }: RunningGateway): readonly Finding[] {
  const detail = detailSchema.safeParse(health).data;
  if (detail === undefined) {
    const text = "it does not say how it is: something else may answer on its port";
    return [{ level: "warning", subject: "gateway", text }];
  }
  const problems =
    detail.problems.length > 0 || detail.reason === undefined ? detail.problems : [detail.reason];
  return [
    ...problems.map((text): Finding => ({ level: "warning", subject: "gateway", text })),
    ...(detail.pool ? [poolFinding(detail.pool, detail.queue?.waiting ?? 0)] : []),
    ...modelFindings(detail.models),
    ...budgetFindings(detail.budgets),
  ];
}

function poolFinding(pool: NonNullable<z.output<typeof detailSchema>["pool"]>, waiting: number): Finding {
  const text = `${pool.busy} of at most ${pool.max} pi at work, ${waiting} messages wait`;
  if (pool.longestWaitMs < LONG_WAIT_MS) return { level: "ok", subject: "pool", text };
  const seconds = Math.round(pool.longestWaitMs / 1000);
  return {
    level: "warning",
    subject: "pool",
    text: `${text}; a turn waited ${seconds} s for a free one`,
    fix: 'Raise agent.pool.max, or set it to "auto".',
  };
}
