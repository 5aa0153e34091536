/**
 * What a run of `bun test` amounts to, from its JUnit report and its exit code. A skipped test guards nothing
 * and counts as failed; so does a run that left no report, ran no test, or ended badly for a reason of its own.
 */
export function totalsOf(report, exitCode) {
  const head = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const [tests, failures, skipped] = [count("tests"), count("failures"), count("skipped")];
  const isBad = exitCode !== 0 || tests === 0;
  return { passed: tests - failures - skipped, failed: Math.max(failures + skipped, isBad ? 1 : 0) };
}
