// How many inputs wait at a loop, by the time that inputs take.

import { expect, test } from 'vitest';
import { Lookahead, maxAheadCount } from '#src/cli/lookahead.js';

function countFor(ms: number, slotCount = 1): number {
  const lookahead = new Lookahead(slotCount);
  for (let index = 0; index < 100; index += 1) lookahead.note(ms);
  return lookahead.count;
}

test('one input waits until something is known', () => {
  expect(new Lookahead(4).count).toBe(1);
});

test('about ten milliseconds of work wait', () => {
  expect(countFor(1)).toBe(10);
  expect(countFor(0.5)).toBe(20);
});

test('with more slots, as much more waits', () => {
  expect(countFor(1, 4)).toBe(40);
});

test('one input waits at least, and a bounded number at most', () => {
  expect(countFor(10_000)).toBe(1);
  expect(countFor(0)).toBe(maxAheadCount);
});

test('the number follows a change', () => {
  const lookahead = new Lookahead(1);
  for (let index = 0; index < 50; index += 1) lookahead.note(0.1);
  expect(lookahead.count).toBe(100);
  for (let index = 0; index < 50; index += 1) lookahead.note(5);
  expect(lookahead.count).toBeLessThanOrEqual(3);
});

test('a loop is filled up, and then again when half of what waited has begun', () => {
  const lookahead = new Lookahead(2);
  for (let index = 0; index < 100; index += 1) lookahead.note(2);
  expect(lookahead.count).toBe(10);
  const sizes = [0, 11, 12, 11, 8, 7, 8, 11, 12, 11];
  expect(sizes.map((size) => lookahead.wantsMore(size))).toEqual([
    true,
    true,
    false,
    false,
    false,
    true,
    true,
    true,
    false,
    false,
  ]);
});

test('with one that waits, a loop is filled up as soon as that one has begun', () => {
  const lookahead = new Lookahead(1);
  lookahead.note(1000);
  expect([1, 2, 1].map((size) => lookahead.wantsMore(size))).toEqual([true, false, true]);
});
