// Two runs side by side: what is marked as changed, and what is left out.
// Pure: the results are made up.

import { describe, expect, test } from 'vitest';
import { findChanges, writeChanges } from '../../../bench/report/compare.js';
import type { Figure } from '../../../bench/row.js';
import { sampleRow } from '../sample-results.js';

function changeFrom(before: number, after: number, better: Figure['better']) {
  const [change] = findChanges(
    [sampleRow({ threadloop: before }, { better })],
    [sampleRow({ threadloop: after }, { better })],
  );
  return change;
}

describe('a change', () => {
  test.for([
    [1_000, 1_099, 'higher', 'same'],
    [1_000, 1_100, 'higher', 'better'],
    [1_000, 901, 'higher', 'same'],
    [1_000, 900, 'higher', 'worse'],
    [1_000, 1_100, 'lower', 'worse'],
    [1_000, 900, 'lower', 'better'],
    [0, 0, 'lower', 'same'],
    [0, 5, 'lower', 'worse'],
  ] as const)('from %i to %i where %s is better is %s', ([before, after, better, verdict]) => {
    expect(changeFrom(before, after, better)?.verdict).toBe(verdict);
  });

  test('may be noise when the spreads touch', () => {
    expect(changeFrom(10, 12, 'higher')).toMatchObject({ verdict: 'better', overlaps: true });
    expect(changeFrom(10, 13, 'higher')).toMatchObject({ verdict: 'better', overlaps: false });
  });
});

test('only what both runs have measured is compared', () => {
  const before = [sampleRow({ threadloop: 1, gone: 1, broken: 1 })];
  const after = [sampleRow({ threadloop: 1, novel: 1, broken: 'it hung' })];
  expect(findChanges(before, after).map(({ title }) => title)).toEqual([
    'calls/sample: threadloop, calls',
  ]);
  expect(findChanges([], after)).toEqual([]);
});

test('the table marks changes in words and counts them', () => {
  const before = [sampleRow({ a: 1_000, b: 1_000, c: 1_000 })];
  const after = [sampleRow({ a: 1_500, b: 500, c: 1_001 })];
  const text = writeChanges(findChanges(before, after), 'old', 'new');
  expect(text).toMatch(/: a, calls \| 1.00 k\/s \| 1.50 k\/s \| \+50.0 % \| ▲ better/);
  expect(text).toMatch(/: b, calls \| 1.00 k\/s \| 500 \/s +\| −50.0 % \| ▼ worse/);
  expect(text).toMatch(/: c, calls \| 1.00 k\/s \| 1.00 k\/s \| \+0.1 % +\| +\|/);
  expect(text).toMatch(/3 figures: 1 better, 1 worse$/);
});
