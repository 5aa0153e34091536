import { z } from "zod";
import type { Finding } from "../../core/channel.ts";

/** How the models of a running gateway are, as `/health?detail=1` tells. */
export const modelsSchema = z.array(
  z.object({
    id: z.string(),
    state: z.enum(["ok", "cooling"]),
    untilMs: z.number().optional(),
    lastError: z.object({ said: z.string() }).optional(),
  }),
);

/** How far its budgets are used up. */
export const budgetsSchema = z.array(
  z.object({
    account: z.object({ of: z.enum(["all", "agent", "channel", "sender"]), name: z.string().optional() }),
    period: z.enum(["day", "month"]),
    limitUsd: z.number(),
    spentUsd: z.number(),
    untilMs: z.number(),
  }),
);

type Model = z.output<typeof modelsSchema>[number];
type Budget = z.output<typeof budgetsSchema>[number];

/** From here on a budget deserves a look. */
const NEAR = 0.8;

/** One finding per model that rests or has failed last. */
export function modelFindings(models: readonly Model[]): readonly Finding[] {
  return models.flatMap((model): Finding[] => {
    const said = model.lastError === undefined ? "" : `: ${model.lastError.said.slice(0, 200)}`;
    if (model.state === "cooling") {
      const until = model.untilMs === undefined ? "" : ` until ${time(model.untilMs)}`;
      const text = `${model.id} failed and rests${until}${said}`;
      const fix = "Another of agent.modelFailover answers meanwhile; look at the key, the login or the plan.";
      return [{ level: "warning", subject: "model", text, fix }];
    }
    return said === "" ? [] : [{ level: "note", subject: "model", text: `${model.id} failed last${said}` }];
  });
}

/** One finding per budget that the configuration names. */
export function budgetFindings(budgets: readonly Budget[]): readonly Finding[] {
  return budgets.map((budget): Finding => {
    const { spentUsd, limitUsd, untilMs } = budget;
    const name = `${budget.period === "day" ? "daily" : "monthly"} budget${accountOf(budget)}`;
    const text = `${name}: ${dollars(spentUsd)} of ${dollars(limitUsd)} used`;
    if (spentUsd < limitUsd * NEAR) return { level: "ok", subject: "agent.budget", text };
    const isUsedUp = spentUsd >= limitUsd;
    const until = `until ${date(untilMs)}`;
    return {
      level: "warning",
      subject: "agent.budget",
      text: isUsedUp ? `${text}: no turn begins ${until}` : `${text}; it has to last ${until}`,
      fix: "Raise it in agent.budget, or wait.",
    };
  });
}

function accountOf({ account: { of, name } }: Budget): string {
  if (of === "all") return "";
  return of === "agent" ? ` of the agent ${name}` : ` of ${name}`;
}

const dollars = (usd: number) => `$${usd.toFixed(2)}`;
const time = (ms: number) => new Intl.DateTimeFormat("en", { timeStyle: "medium" }).format(ms);
const date = (ms: number) =>
  new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" }).format(ms);
