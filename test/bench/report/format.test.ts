// Figures as people read them, and changes between them.
// Pure: a number in, a text out.

import { expect, test } from 'vitest';
import { formatChange, formatFigure, formatSpread } from '../../../bench/report/format.js';
import type { Unit } from '../../../bench/row.js';

test.for([
  [1_234_567, '/s', '1.23 M/s'],
  [45_678, '/s', '45.7 k/s'],
  [999_960, '/s', '1000 k/s'],
  [12, '/s', '12.0 /s'],
  [9.996, 'µs', '10.0 µs'],
  [1_043.2, 'µs', '1043 µs'],
  [0.914, '×', '0.91'],
  [-1.5, 'MB', '-1.50 MB'],
  [Infinity, 'µs', '–'],
] satisfies [number, Unit, string][])('%d in %s is %s', ([value, unit, text]) => {
  expect(formatFigure(value, unit)).toBe(text);
});

test('extremes are shown where there are several rounds', () => {
  const spread = { median: 2, min: 1, max: 3, values: [1, 2, 3] };
  expect(formatSpread(spread, 'ms')).toBe('2.00 ms (1.00 ms – 3.00 ms)');
  expect(formatSpread({ ...spread, values: [2] }, 'ms')).toBe('2.00 ms');
});

test('a change has a sign', () => {
  expect(formatChange(1.123)).toBe('+12.3 %');
  expect(formatChange(0.9)).toBe('−10.0 %');
  expect(formatChange(1)).toBe('+0.0 %');
  expect(formatChange(Infinity)).toBe('–');
});
