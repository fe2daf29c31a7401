// Whether a target was met: a figure by itself, as a multiple of others, or above them.
// Pure: the results are made up.

import { expect, test } from 'vitest';
import { judge } from '../../../bench/report/targets.js';
import type { Figure, Target } from '../../../bench/row.js';
import { sampleRow } from '../sample-results.js';

function verdictOn(
  medians: Readonly<Record<string, number | string>>,
  target: Omit<Target, 'text'>,
  figure: Partial<Figure> = {},
) {
  const row = sampleRow(medians, { ...figure, targets: [{ text: 'a target', ...target }] });
  const [verdict] = judge(row, 'rate');
  return verdict;
}

test('a figure by itself is met at its very bound, and not beyond', () => {
  expect(verdictOn({ threadloop: 10 }, { atLeast: 10 })).toMatchObject({ isMet: true });
  expect(verdictOn({ threadloop: 10 }, { atMost: 10 })).toMatchObject({ isMet: true });
  expect(verdictOn({ threadloop: 9 }, { atLeast: 10 })).toMatchObject({ isMet: false, reached: 9 });
  expect(verdictOn({ threadloop: 11 }, { atMost: 10 })).toMatchObject({ isMet: false });
});

test('a multiple counts from the best of the others, whichever way is better', () => {
  const medians = { threadloop: 60, a: 10, b: 20 };
  const others = ['a', 'b'];
  expect(verdictOn(medians, { atLeast: 3, timesBestOf: others })).toMatchObject({
    reached: 3,
    isMet: true,
  });
  expect(verdictOn(medians, { atMost: 5, timesBestOf: others }, { better: 'lower' })).toMatchObject(
    { reached: 6, isMet: false },
  );
});

test('a difference counts from the best of the others', () => {
  const target = { atMost: 2, aboveBestOf: ['bare'] };
  expect(verdictOn({ threadloop: 10, bare: 8.5 }, target, { better: 'lower' })).toMatchObject({
    reached: 1.5,
    isMet: true,
  });
});

test('another contender than threadloop can be meant', () => {
  const medians = { threadloop: 1, 'threadloop, blocking loop': 9 };
  const target = { of: 'threadloop, blocking loop', atLeast: 9 };
  expect(verdictOn(medians, target)).toMatchObject({ isMet: true });
});

test('a figure that is missing leaves the target open, one of several others does not', () => {
  const target = { atLeast: 2, timesBestOf: ['a', 'b'] };
  const open = { reached: null, isMet: null };
  expect(verdictOn({ threadloop: 'it hung', a: 1, b: 1 }, target)).toMatchObject(open);
  expect(verdictOn({ threadloop: 4, a: 'it hung', b: 'it hung' }, target)).toMatchObject(open);
  expect(verdictOn({ threadloop: 4, a: 'it hung', b: 2 }, target)).toMatchObject({ isMet: true });
});
