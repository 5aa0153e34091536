import type { Bind } from "../core/config-bind.ts";
import { GatewayError } from "../core/errors.ts";

/** The port cannot be had. The message is one sentence that says what to do. */
export class ListenError extends GatewayError {
  readonly code: "port-taken" | "port-refused";
  constructor(code: ListenError["code"], message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

interface Stoppable {
  readonly port: number | undefined;
  stop(closeActive?: boolean): Promise<void>;
}

/**
 * Opens the port on both loopback addresses, or on all interfaces; on what there is of them, where the machine
 * has no IPv6. With port 0 the system chooses, one port for both. All or nothing: throws {@link ListenError}.
 */
export async function listen<S extends Stoppable>(
  reach: Bind["reach"],
  port: number,
  serve: (hostname: string, port: number) => S,
): Promise<readonly [S, ...S[]]> {
  if (reach === "all") return [openAll(port, serve)];
  // A port the system chose for one address may be taken on the other: then it chooses again.
  for (let triesLeft = port === 0 ? 10 : 0; ; triesLeft -= 1) {
    const first = open("127.0.0.1", port, serve);
    try {
      const second = openIfThere("::1", first.port ?? port, serve);
      return second ? [first, second] : [first];
    } catch (error) {
      await first.stop(true);
      if (triesLeft === 0) throw error;
    }
  }
}

function openAll<S extends Stoppable>(port: number, serve: (hostname: string, port: number) => S): S {
  return openIfThere("::", port, serve) ?? open("0.0.0.0", port, serve);
}

/** Undefined where the machine has no such address. */
function openIfThere<S>(hostname: string, port: number, serve: (hostname: string, port: number) => S) {
  try {
    return serve(hostname, port);
  } catch (error) {
    if (["EADDRNOTAVAIL", "EAFNOSUPPORT", "EPROTONOSUPPORT"].includes(codeOf(error))) return undefined;
    throw listenError(error, port);
  }
}

function open<S>(hostname: string, port: number, serve: (hostname: string, port: number) => S): S {
  try {
    return serve(hostname, port);
  } catch (error) {
    throw listenError(error, port);
  }
}

function listenError(error: unknown, port: number): unknown {
  const advice = "choose another with --port N or gateway.port";
  if (codeOf(error) === "EADDRINUSE") {
    return new ListenError("port-taken", `Port ${port} is taken by another program: ${advice}.`, error);
  }
  if (codeOf(error) === "EACCES") {
    return new ListenError("port-refused", `The system does not let us use port ${port}: ${advice}.`, error);
  }
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
