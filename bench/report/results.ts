/**
 * A run as data: what a results file holds, from which tables, charts and comparisons are made.
 * Plain JSON; whoever reads it needs nothing of this benchmark.
 */
import type { Figure, Figures, Row } from '../row.js';
import type { Machine } from '../run/machine.js';
import { summarise, type Summary } from './statistics.js';

/** One run on one machine. */
export interface Results {
  readonly machine: Machine;
  readonly python: string;
  /** Of the code that was measured; `dirty` when it had been changed since. */
  readonly commit: string;
  readonly date: string;
  /** `quick` runs are too short to be quoted. */
  readonly mode: 'full' | 'quick';
  readonly roundCount: number;
  readonly durationS: number;
  readonly rows: readonly RowResults[];
}

/** One row. The facts of `Row` stand beside the figures, so that nobody has to look them up. */
export interface RowResults {
  readonly id: string;
  readonly title: string;
  readonly awaited: string;
  readonly inFlight: string;
  readonly clock: string;
  readonly figures: Readonly<Record<string, Figure>>;
  readonly contenders: readonly ContenderResults[];
}

/** One contender of a row. */
export interface ContenderResults {
  readonly name: string;
  /** Over all rounds, by the names in `figures`; one that could not be had is absent. */
  readonly figures: Readonly<Record<string, Summary>>;
  /** Why there are no figures, or fewer rounds. */
  readonly problem?: string;
}

/** Puts the figures of all rounds together. */
export function summariseRow(
  row: Row,
  contenders: readonly { name: string; rounds: readonly Figures[]; problem: string | null }[],
): RowResults {
  const { id, title, awaited, inFlight, clock, figures } = row;
  const summarised = contenders.map(({ name, rounds, problem }): ContenderResults => {
    const summaries = Object.keys(figures).flatMap((key) => {
      const values = rounds.map((round) => round[key]).filter((value) => Number.isFinite(value));
      return values.length === 0 ? [] : [[key, summarise(values as number[])] as const];
    });
    const known = { name, figures: Object.fromEntries(summaries) };
    return problem === null ? known : { ...known, problem };
  });
  return { id, title, awaited, inFlight, clock, figures, contenders: summarised };
}

/** The median of one figure of one contender. */
export function medianOf(row: RowResults, name: string, key: string): number | null {
  return row.contenders.find((each) => each.name === name)?.figures[key]?.median ?? null;
}
