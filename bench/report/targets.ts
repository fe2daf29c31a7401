/**
 * Whether a run reached what was aimed at. A fact for the tables, from the medians of that run
 * alone; a contender that is missing leaves it open.
 */
import type { Figure, Target } from '../row.js';
import { medianOf, type RowResults } from './results.js';

/** One target, and how it stands. */
export interface Verdict {
  readonly target: Target;
  /** In the target's own measure: a multiple, a difference or the figure itself. */
  readonly reached: number | null;
  /** `null` when one of the figures is missing. */
  readonly isMet: boolean | null;
}

const defaultContender = 'threadloop';

/** All targets of one figure of a row. */
export function judge(row: RowResults, key: string): Verdict[] {
  const figure = row.figures[key];
  return (figure?.targets ?? []).map((target) => {
    const reached = figure === undefined ? null : reachedOf(row, key, figure, target);
    return { target, reached, isMet: reached === null ? null : isWithin(reached, target) };
  });
}

function reachedOf(row: RowResults, key: string, figure: Figure, target: Target): number | null {
  const { of = defaultContender, timesBestOf, aboveBestOf } = target;
  const own = medianOf(row, of, key);
  const others = timesBestOf ?? aboveBestOf;
  if (own === null || others === undefined) return own;
  const values = others.map((name) => medianOf(row, name, key)).filter((value) => value !== null);
  if (values.length === 0) return null;
  const best = figure.better === 'higher' ? Math.max(...values) : Math.min(...values);
  return aboveBestOf === undefined ? own / best : own - best;
}

function isWithin(value: number, { atLeast = -Infinity, atMost = Infinity }: Target): boolean {
  return value >= atLeast && value <= atMost;
}
