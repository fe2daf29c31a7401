// The tables of docs/performance.md, from results that are made up.
// Pure: text in, text out.

import { expect, test } from 'vitest';
import { alignTable, writeRow, writeTables, writeTargets } from '../../../bench/report/table.js';
import { sampleResults, sampleRow } from '../sample-results.js';

const targets = [{ text: 'at least 4 × peer', atLeast: 4, timesBestOf: ['peer'] }];

test('columns line up', () => {
  expect(alignTable(['a', 'long name'], [['1 234', 'x']])).toBe(
    ['| a     | long name |', '| ----- | --------- |', '| 1 234 | x         |'].join('\n'),
  );
});

test('a row says what is awaited, in flight and timed, and which way is good', () => {
  const text = writeRow(sampleRow({ threadloop: 2_000, peer: 500, broken: 'it hung' }));
  expect(text).toContain('### Sample');
  expect(text).toContain('Awaited: an answer. In flight: 1. Inside the clock: all of it.');
  expect(text).toMatch(/\| +\| calls ↑/);
  expect(text).toMatch(/\*\*threadloop\*\* \| 2.00 k\/s \(2.00 k\/s – 2.00 k\/s\)/);
  expect(text).toMatch(/\| broken +\| – +\|/);
  expect(text).toContain('- broken: it hung');
});

test('a target stands with what was reached, and whether that is enough', () => {
  const met = writeTargets([sampleRow({ threadloop: 2_000, peer: 500 }, { targets })]);
  expect(met).toMatch(/\| Sample: calls \| at least 4 × peer \| 4.00 × +\| yes \|/);
  const missed = writeTargets([sampleRow({ threadloop: 600, peer: 500 }, { targets })]);
  expect(missed).toMatch(/1.20 × +\| \*\*no\*\*/);
  const open = writeTargets([sampleRow({ threadloop: 600 }, { targets })]);
  expect(open).toMatch(/\| – +\| open/);
});

test('the page says which machine and commit it is about, and warns of a quick run', () => {
  const rows = [sampleRow({ threadloop: 1 })];
  const sections = [
    { title: 'Calls', rows },
    { title: 'Nothing measured', rows: [] },
  ];
  const text = writeTables(sampleResults(rows), sections);
  expect(text).toContain('2 cores of Sample <1>, 8 GB, linux x64, Node 20.19.0');
  expect(text).toContain('Commit `abc1234`, 2026-11-20, 3 rounds.');
  expect(text).toContain('## Calls\n\n### Sample');
  expect(text).not.toContain('Nothing measured');
  expect(text).not.toContain('quick');
  expect(writeTables({ ...sampleResults(rows), mode: 'quick' }, sections)).toContain('quick run');
});
