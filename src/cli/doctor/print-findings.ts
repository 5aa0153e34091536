import pc from "picocolors";
import type { Finding } from "../../core/channel.ts";

const MARKS: Readonly<Record<Finding["level"], string>> = {
  ok: pc.green("ok      "),
  note: pc.cyan("note    "),
  warning: pc.yellow("warning "),
  error: pc.red("error   "),
};

/** Prints what was found, one line each with its fix below, and at the end what it comes to. */
export function printFindings(
  findings: readonly Finding[],
  print: (line: string) => void = console.log,
): void {
  const width = Math.max(...findings.map(({ subject }) => subject.length));
  for (const { level, subject, text, fix } of findings) {
    print(`${MARKS[level]}${subject.padEnd(width)}  ${text}`);
    if (fix !== undefined) print(`${" ".repeat(width + 8)}  ${pc.dim("→")} ${fix}`);
  }
  print(sumOf(findings));
}

function sumOf(findings: readonly Finding[]): string {
  const count = (level: Finding["level"]) => findings.filter((one) => one.level === level).length;
  const [errors, warnings] = [count("error"), count("warning")];
  if (errors > 0) return `${errors} to mend before the gateway can work, ${warnings} to look at.`;
  return warnings > 0 ? `The gateway can work; ${warnings} to look at.` : "All is well.";
}
