// From the rounds of a row to what a results file holds.
// Pure: the rounds are made up.

import { expect, test } from 'vitest';
import { medianOf, summariseRow } from '../../../bench/report/results.js';
import type { Row } from '../../../bench/row.js';
import { sampleRow } from '../sample-results.js';

const row: Row = {
  ...sampleRow({}, { title: 'calls' }),
  contenders: { threadloop: () => ({ rate: 1 }) },
};

test('rounds become a summary, and a failure its reason', () => {
  const summary = summariseRow(row, [
    { name: 'threadloop', rounds: [{ rate: 3 }, { rate: 1 }, { rate: 2 }], problem: null },
    { name: 'broken', rounds: [], problem: 'it hung' },
  ]);
  expect(medianOf(summary, 'threadloop', 'rate')).toBe(2);
  expect(medianOf(summary, 'broken', 'rate')).toBeNull();
  expect(summary.contenders[0]).not.toHaveProperty('problem');
  expect(summary.contenders[1]).toEqual({ name: 'broken', figures: {}, problem: 'it hung' });
});

test('a figure that is no number in a round does not count, nor one that no row knows', () => {
  const rounds = [{ rate: 3 }, { rate: null as unknown as number }, { rate: 5, other: 1 }];
  const summary = summariseRow(row, [{ name: 'threadloop', rounds, problem: null }]);
  expect(summary.contenders[0]?.figures).toEqual({
    rate: { median: 4, min: 3, max: 5, values: [3, 5] },
  });
});
