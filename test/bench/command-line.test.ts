// The options of the benchmark: what they mean together, and what is refused.
// Pure: nothing is measured here.

import { expect, test } from 'vitest';
import { readOptions } from '../../bench/command-line.js';

test('a run without options is full and writes everything', () => {
  expect(readOptions([])).toMatchObject({ isQuick: false, only: '', roundCount: 3, writes: true });
});

test('a quick or a partial run writes nothing that is kept, unless a quick one is told to', () => {
  expect(readOptions(['--quick'])).toMatchObject({ isQuick: true, roundCount: 1, writes: false });
  expect(readOptions(['--only', 'loop'])).toMatchObject({ only: 'loop', writes: false });
  expect(readOptions(['--quick', '--write'])).toMatchObject({ writes: true });
  expect(readOptions(['--only', 'loop', '--write'])).toMatchObject({ writes: false });
});

test('two names are compared', () => {
  expect(readOptions(['--compare', 'HEAD~1', '.']).compare).toEqual(['HEAD~1', '.']);
});

test.for([
  [['--compare', 'a'], /two results files or two commits, got 1/],
  [['--compare', 'a', 'b', 'c'], /got 3/],
  [['loop'], /'loop' is no option: .* --only loop/],
  [['--rounds', '0'], /--rounds wants a whole number, 1 or more, got '0'/],
  [['--slow'], /--slow/],
] as const)('%j is refused', ([args, pattern]) => {
  expect(() => readOptions(args)).toThrow(pattern);
});
