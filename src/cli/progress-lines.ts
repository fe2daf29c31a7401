/**
 * The text of the progress display: one line for the whole run, one for each loop. Knows nothing of
 * terminals.
 */
import type { BusyShare } from './busy-meter.js';
import type { Tally } from './tally.js';
import { formatCount, formatDuration, formatRate, formatShare } from './wording.js';

/** Cells of the bar of the whole run. */
const runBarCells = 24;

/** Cells of the bar of a loop. */
const loopBarCells = 12;

/** Time over which the rate is taken: steady to read, and quick enough to follow a change. */
const rateWindowMs = 5000;

/** Follows a counter and tells how fast it grows. */
export class RateMeter {
  readonly #samples: Array<readonly [atMs: number, count: number]> = [];

  /** Notes the counter, at a time that does not go back. */
  note(atMs: number, count: number): void {
    this.#samples.push([atMs, count]);
    while (this.#samples.length > 2 && atMs - (this.#samples[1]?.[0] ?? atMs) >= rateWindowMs) {
      this.#samples.shift();
    }
  }

  /** Growth in a second, over the last seconds; 0 until it is known. */
  get perSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last[0] === first[0]) return 0;
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
  }
}

/** The line of the whole run: done of total, rate, time left. */
export function runLine(tally: Tally, perSecond: number): string {
  const { doneCount, total, failedCount } = tally;
  const failed = failedCount > 0 ? `  ${formatCount(failedCount)} failed` : '';
  if (total === undefined) {
    return `${formatCount(doneCount)} done  ${formatRate(perSecond)}${failed}`;
  }
  const share = total === 0 ? 1 : Math.min(doneCount / total, 1);
  const leftMs = ((total - doneCount) * 1000) / perSecond;
  const left = Number.isFinite(leftMs) ? `  ${formatDuration(leftMs)} left` : '';
  const count = `${formatCount(doneCount)}/${formatCount(total)}`;
  return `${bar(share, runBarCells)} ${count}  ${formatRate(perSecond)}${left}${failed}`;
}

/** The lines of the loops; those that do not fit are told as one. */
export function loopLines(busy: readonly BusyShare[], maxCount: number): string[] {
  const isAllShown = busy.length <= maxCount;
  const shown = isAllShown ? busy : busy.slice(0, Math.max(maxCount - 1, 0));
  const rest = busy.slice(shown.length);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, latest }) => loopLine(name.padEnd(width), latest));
  if (rest.length === 0) return lines;
  const mean = rest.reduce((sum, { latest }) => sum + latest, 0) / rest.length;
  return [...lines, loopLine(`${rest.length} more`.padEnd(width), mean)];
}

function loopLine(name: string, share: number): string {
  return `  ${name} ${bar(share, loopBarCells)} ${formatShare(share).padStart(4)} busy`;
}

function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(Math.max(share, 0), 1) * cells);
  return '█'.repeat(full) + '░'.repeat(cells - full);
}
