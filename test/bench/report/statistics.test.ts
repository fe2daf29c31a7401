// Medians, quantiles and spreads, on which every figure of the benchmark rests.
// Pure: nothing is measured here.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, quantile, summarise } from '../../../bench/report/statistics.js';

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1 });

test('a quantile lies between two neighbours by their distance', () => {
  expect(quantile([40, 10, 20, 30], 0)).toBe(10);
  expect(quantile([40, 10, 20, 30], 0.5)).toBe(25);
  expect(quantile([40, 10, 20, 30], 0.99)).toBeCloseTo(39.7, 10);
  expect(quantile([40, 10, 20, 30], 1)).toBe(40);
  expect(quantile([7], 0.9)).toBe(7);
});

test('numbers are sorted as numbers, and the list stays as it was', () => {
  const given = [100, 9, 20];
  expect(median(given)).toBe(20);
  expect(given).toEqual([100, 9, 20]);
});

test('a quantile needs values, and a share from 0 to 1', () => {
  expect(() => quantile([], 0.5)).toThrow(/no values/);
  expect(() => quantile([1], 1.5)).toThrow(/from 0 to 1, not 1.5/);
  expect(() => quantile([1], Number.NaN)).toThrow(RangeError);
});

test('quantiles rise with their share and stay within the extremes', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, share, (list, one, other) => {
      const low = quantile(list, Math.min(one, other));
      const high = quantile(list, Math.max(one, other));
      const slack = 1e-6;
      expect(low).toBeLessThanOrEqual(high + slack);
      expect(low).toBeGreaterThanOrEqual(Math.min(...list) - slack);
      expect(high).toBeLessThanOrEqual(Math.max(...list) + slack);
    }),
  );
});

test('a summary has the median, the extremes, and every round in its order', () => {
  expect(summarise([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3, values: [3, 1, 2] });
});
