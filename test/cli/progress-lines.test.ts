// The text of the progress display.

import { describe, expect, test } from 'vitest';
import { loopLines, RateMeter, runLine } from '#src/cli/progress-lines.js';
import { Tally } from '#src/cli/tally.js';

function tally(total: number | undefined, answeredCount: number, failedCount = 0): Tally {
  return Object.assign(new Tally(['loop-1'], total), { answeredCount, failedCount });
}

describe('the line of the run', () => {
  test('shows done of total, rate and time left', () => {
    expect(runLine(tally(5000, 1250), 1000)).toBe(
      '██████░░░░░░░░░░░░░░░░░░ 1,250/5,000  1,000/s  3.8 s left',
    );
  });

  test('shows failures, and no time left while there is no rate', () => {
    expect(runLine(tally(10, 2, 1), 0)).toBe('█████░░░░░░░░░░░░░░░░░░░ 2/10  0.0/s  1 failed');
  });

  test('shows a count where the total is not known', () => {
    expect(runLine(tally(undefined, 1250, 3), 99.6)).toBe('1,250 done  100/s  3 failed');
  });

  test('is full for nothing to do', () => {
    expect(runLine(tally(0, 0), 0)).toMatch(/^█{24} 0\/0/);
  });
});

describe('the lines of the loops', () => {
  const shares = [0, 0.5, 1].map((latest, index) => ({
    name: `loop-${index + 9}`,
    latest,
    overall: 0,
  }));

  test('show the busy share of each', () => {
    expect(loopLines(shares, 5)).toEqual([
      '  loop-9  ░░░░░░░░░░░░   0% busy',
      '  loop-10 ██████░░░░░░  50% busy',
      '  loop-11 ████████████ 100% busy',
    ]);
  });

  test('that do not fit are told as one, by their mean', () => {
    expect(loopLines(shares, 2)).toEqual([
      '  loop-9 ░░░░░░░░░░░░   0% busy',
      '  2 more █████████░░░  75% busy',
    ]);
  });
});

describe('a rate', () => {
  test('is not known from one sample', () => {
    const rate = new RateMeter();
    expect(rate.perSecond).toBe(0);
    rate.note(0, 10);
    expect(rate.perSecond).toBe(0);
  });

  test('is taken over the last seconds', () => {
    const rate = new RateMeter();
    for (let second = 0; second <= 10; second += 1) rate.note(second * 1000, second * 100);
    expect(rate.perSecond).toBe(100);
    for (let second = 11; second <= 20; second += 1) rate.note(second * 1000, 1000);
    expect(rate.perSecond).toBe(0);
  });
});
