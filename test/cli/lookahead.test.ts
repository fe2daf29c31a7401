// How many inputs wait at a loop, by the time that inputs take.

import { expect, test } from 'vitest';
import { Lookahead, MAX_AHEAD_COUNT } from '#src/cli/lookahead.js';

function countFor(ms: number, slotCount = 1): number {
  const lookahead = new Lookahead(slotCount);
  for (let index = 0; index < 100; index += 1) lookahead.note(ms);
  return lookahead.count;
}

test('one input waits until something is known', () => {
  expect(new Lookahead(4).count).toBe(1);
});

test('about five milliseconds of work wait', () => {
  expect(countFor(1)).toBe(5);
  expect(countFor(0.5)).toBe(10);
});

test('with more slots, as much more waits', () => {
  expect(countFor(1, 4)).toBe(20);
});

test('one input waits at least, and a bounded number at most', () => {
  expect(countFor(10_000)).toBe(1);
  expect(countFor(0)).toBe(MAX_AHEAD_COUNT);
});

test('the number follows a change', () => {
  const lookahead = new Lookahead(1);
  for (let index = 0; index < 50; index += 1) lookahead.note(0.1);
  expect(lookahead.count).toBe(50);
  for (let index = 0; index < 50; index += 1) lookahead.note(5);
  expect(lookahead.count).toBeLessThanOrEqual(2);
});
