const [armed, nth = "1"] = (process.env["PI_GATEWAY_FAILPOINT"] ?? "").split("@");
let passes = 0;

/**
 * Where crash tests end the process, as a power cut would: with `PI_GATEWAY_FAILPOINT=name@n` the
 * n-th pass through `failpoint(name)` is the last thing this process does. Otherwise it does nothing.
 */
export function failpoint(name: string): void {
  if (name !== armed) return;
  passes += 1;
  if (passes === Number(nth)) process.kill(process.pid, "SIGKILL");
}
