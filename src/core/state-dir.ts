import { join } from "node:path";

/** Where everything is that the gateway keeps. All of it is 0700/0600; `openStateDir` in `server.ts` makes it. */
export interface StateLayout {
  readonly root: string;
  readonly database: string;
  /** Held open and locked by the one process that runs on this state; nothing else may open it. */
  readonly lock: string;
  /** The generated gateway token, 0600. */
  readonly token: string;
  /** The generated token of the webhooks, 0600. */
  readonly hooksToken: string;
  /** pi's transcripts, one file per session and generation. */
  readonly sessions: string;
  readonly media: string;
  readonly logs: string;
  /** `RunFile`: how client commands find the gateway that runs on this state. */
  readonly runFile: string;
  /** pi's working directory, unless `agent.workspace` names another. */
  readonly workspace: string;
  /** Files we write for pi: the bridge extension, the demo model, our view of the person's agent folder. */
  readonly runtime: string;
}

export interface RunFile {
  readonly pid: number;
  /** Base URL on loopback, without a slash at the end. */
  readonly url: string;
  readonly version: string;
  readonly startedAtMs: number;
}

export function stateLayout(root: string): StateLayout {
  const at = (name: string) => join(root, name);
  return {
    root,
    database: at("gateway.db"),
    lock: at("gateway.lock.db"),
    token: at("token"),
    hooksToken: at("hooks-token"),
    sessions: at("sessions"),
    media: at("media"),
    logs: at("logs"),
    runFile: at("run.json"),
    workspace: at("workspace"),
    runtime: at("runtime"),
  };
}
