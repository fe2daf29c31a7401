/**
 * The summary at the end of a run: counts, time, speed-up, and a line for each loop.
 *
 * Plain text, for people; scripts read the answers and the exit code.
 */
import type { BusyShare } from './busy-meter.js';
import type { Tally } from './tally.js';
import { countOf, formatCount, formatDuration, formatRate, formatShare } from './wording.js';

/** What the summary tells. */
export interface SummaryFacts {
  readonly tally: Tally;
  readonly wallMs: number;
  readonly busy: readonly BusyShare[];
  /** Answers in the resumed file that belong to no input of this run. */
  readonly strayCount: number;
}

/** The lines of the summary, without line endings. */
export function summaryLines({ tally, wallMs, busy, strayCount }: SummaryFacts): string[] {
  const perSecond = tally.answeredCount / Math.max(wallMs / 1000, 0.001);
  const rate = tally.answeredCount === 0 ? '' : ` (${formatRate(perSecond)})`;
  const lines = [`${countLine(tally)} in ${formatDuration(wallMs)}${rate}`];
  if (tally.firstFailure !== undefined) lines.push(`first failure: ${tally.firstFailure}`);
  if (strayCount > 0) {
    lines.push(`${countOf(strayCount, 'answer')} found that belong to no input of this run`);
  }
  if (tally.answeredCount === 0) return lines;
  const speedUp = (tally.taskMs / Math.max(wallMs, 1)).toFixed(2);
  lines.push(`speed-up ${speedUp}: ${formatDuration(tally.taskMs)} of task time`);
  return [...lines, ...loopLines(tally, busy)];
}

function countLine(tally: Tally): string {
  const parts = [`${countOf(tally.answeredCount, 'input')} answered`];
  if (tally.failedCount > 0) parts.push(`${formatCount(tally.failedCount)} of them failed`);
  if (tally.retryCount > 0) parts.push(retryText(tally.retryCount));
  if (tally.skippedCount > 0) parts.push(`${formatCount(tally.skippedCount)} answered before`);
  const leftCount = tally.total === undefined ? 0 : tally.total - tally.doneCount;
  if (leftCount > 0) parts.push(`${formatCount(leftCount)} left`);
  return parts.join(', ');
}

function loopLines(tally: Tally, busy: readonly BusyShare[]): string[] {
  const rows = [...tally.loops.values()].map(({ name, count, taskMs }) => {
    const share = busy.find((it) => it.name === name)?.overall;
    const busyText = share === undefined ? '' : `${formatShare(share)} busy`;
    return [name, countOf(count, 'input'), busyText, `${formatDuration(taskMs)} of task time`];
  });
  const widths = [0, 1, 2].map((column) =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map(
    ([name = '', count = '', busyText = '', time = '']) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${count.padStart(widths[1] ?? 0)}  ` +
      `${busyText.padStart(widths[2] ?? 0)}  ${time}`,
  );
}

function retryText(count: number): string {
  return count === 1 ? '1 retry' : `${formatCount(count)} retries`;
}
