import type { Noise } from "./machine.ts";
import type { Estimate } from "./statistics.ts";
import { median, quantile } from "./statistics.ts";

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** What 95 of 100 measurements are at least as good as. */
  readonly p95?: number;
  /** Where 95 % of repetitions of the whole measurement would lie. */
  readonly spread?: { readonly low: number; readonly high: number };
  /** What the value is to stay below. */
  readonly aim?: number;
  /** How many measurements it was made from. */
  readonly of?: number;
  readonly note?: string;
}

/** What one part of the bench has found, and how quiet it was meanwhile. */
export interface PartReport {
  readonly part: string;
  readonly figures: readonly Figure[];
  readonly noise: Noise;
  /** What others used in runs of this part that were thrown away for a quieter one. */
  readonly noisierRuns: readonly number[];
}

type More = Pick<Figure, "aim">;

/** A figure from many measurements: their median, and what 95 of 100 stay below. */
export function middle(name: string, unit: string, values: readonly number[], more: More = {}): Figure {
  return { name, unit, value: median(values), p95: quantile(values, 0.95), of: values.length, ...more };
}

/** A figure with the bounds of its spread. */
export function estimated(name: string, unit: string, estimate: Estimate, more: More = {}): Figure {
  const { value, low, high } = estimate;
  return { name, unit, value, spread: { low, high }, ...more };
}

export function single(name: string, unit: string, value: number, more: More = {}): Figure {
  return { name, unit, value, ...more };
}

/** What a part has found, as lines for people. */
export function tableOfPart({ part, figures, noise, noisierRuns }: PartReport): string {
  const { before, after } = noise.load;
  const again = noisierRuns.length > 0 ? `, a noisier run thrown away: ${noisierRuns.join(" %, ")} %` : "";
  const quiet = `others used ${noise.othersPercent} % of the CPU, load ${before[0]} to ${after[0]}${again}`;
  return `${part} (${quiet})\n${tableOfFigures(figures)}`;
}

export function tableOfFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    `  ${figure.name}`,
    `${digits(figure.value)} ${figure.unit}`,
    figure.p95 === undefined ? "" : `p95 ${digits(figure.p95)}`,
    figure.spread ? `95% ${digits(figure.spread.low)} … ${digits(figure.spread.high)}` : "",
    commentOn(figure),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = (cell: string, column: number) =>
    column === 0 || column === 4 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}

function commentOn({ aim, value, note }: Figure): string {
  const verdict = aim === undefined ? [] : [`aim < ${aim}: ${value < aim ? "met" : "MISSED"}`];
  return [...verdict, ...(note === undefined ? [] : [note])].join(", ");
}

/** As many digits as say something. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
