// Numbers as people read them.

import { expect, test } from 'vitest';
import { countOf, formatCount, formatDuration, formatRate } from '#src/cli/wording.js';

test.for([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [1000, '1.0 s'],
  [59_949, '59.9 s'],
  [60_000, '1 min 00 s'],
  [245_000, '4 min 05 s'],
  [8_100_000, '2 h 15 min'],
] as const)('%d ms is %s', ([durationMs, text]) => {
  expect(formatDuration(durationMs)).toBe(text);
});

test('counts have commas, and nouns their number', () => {
  expect(formatCount(1_234_567.4)).toBe('1,234,567');
  expect([countOf(1, 'input'), countOf(0, 'input')]).toEqual(['1 input', '0 inputs']);
});

test('a small rate has a digit, a large one has none', () => {
  expect([formatRate(3.25), formatRate(1250.4)]).toEqual(['3.3/s', '1,250/s']);
});
