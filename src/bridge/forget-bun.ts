/**
 * Loaded into pi when the standalone binary runs it. A variable makes that binary behave as Bun; without
 * this, everything that pi starts would inherit it, and `pi-gw` in pi's shell would be a Bun too.
 */
export default function forgetBun(): void {
  delete process.env["BUN_BE_BUN"];
}
