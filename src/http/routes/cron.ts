import type { CronEngine } from "../../core/cron-port.ts";
import { RequestError } from "../../core/errors.ts";
import { jobChangeSchema, newJobSchema, runsLimit } from "../../ws/methods/cron.ts";
import { checked } from "../../ws/methods.ts";
import type { Route, RouteCall, Router } from "../router.ts";

/** Adds `/api/cron/jobs` and what is behind it: every job, and what can be done with one. */
export function addCronRoutes(router: Router, engine: CronEngine): readonly Disposable[] {
  const JOBS = "/api/cron/jobs";
  const JOB = `${JOBS}/:id`;
  const add = (method: string, path: string, run: Route["run"]) =>
    router.add(method, path, { auth: "admin", run });
  return [
    add("GET", JOBS, async () => Response.json({ jobs: await engine.list() })),
    add("POST", JOBS, async (call) => {
      const job = await engine.add(checked(newJobSchema, await jsonOf(call), "job"));
      const headers = { Location: `${JOBS}/${encodeURIComponent(job.id)}` };
      return Response.json({ job }, { status: 201, headers });
    }),
    add("GET", JOB, async (call) => Response.json({ job: await engine.get(idOf(call)) })),
    add("PATCH", JOB, async (call) => {
      const change = checked(jobChangeSchema, await jsonOf(call), "job");
      return Response.json({ job: await engine.update(idOf(call), change) });
    }),
    add("DELETE", JOB, async (call) => {
      await engine.remove(idOf(call));
      return Response.json({ id: idOf(call) });
    }),
    add("POST", `${JOB}/run`, async (call) => Response.json({ run: await engine.run(idOf(call)) })),
    add("POST", `${JOB}/pause`, async (call) => Response.json({ job: await engine.pause(idOf(call)) })),
    add("POST", `${JOB}/resume`, async (call) => Response.json({ job: await engine.resume(idOf(call)) })),
    add("GET", `${JOB}/runs`, async (call) => {
      const asked = call.url.searchParams.get("limit");
      const limit = checked(runsLimit, asked === null ? undefined : Number(asked), "limit");
      return Response.json({ runs: await engine.runs(idOf(call), limit) });
    }),
  ];
}

const idOf = ({ params }: RouteCall) => params["id"] ?? "";

async function jsonOf({ body }: RouteCall): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await body()));
  } catch (error) {
    if (error instanceof SyntaxError) throw new RequestError("BAD_REQUEST", "The body is no JSON.");
    throw error;
  }
}
