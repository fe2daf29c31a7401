import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Slice } from '#src/loop/slice.js';

let nowMs: number;
let lookCount: number;

beforeEach(() => {
  nowMs = 1_000;
  lookCount = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    lookCount += 1;
    return nowMs;
  });
});

describe('a slice', () => {
  test('is spent before it begins, so that a loop begins with a turn of Node', () => {
    expect(new Slice().isSpent()).toBe(true);
  });

  test('lasts a millisecond, and begins again', () => {
    const slice = new Slice();
    slice.begin();
    nowMs += 0.99;
    expect(slice.isSpent()).toBe(false);
    nowMs += 0.01;
    expect(slice.isSpent()).toBe(true);
    slice.begin();
    expect(slice.isSpent()).toBe(false);
  });

  test('is noticed to be over within 64 handles, however short they are', () => {
    const slice = new Slice();
    slice.begin();
    for (let count = 0; count < 1_000; count += 1) expect(slice.isSpentInBatch()).toBe(false);
    nowMs += 1;
    let asked = 1;
    while (!slice.isSpentInBatch()) asked += 1;
    expect(asked).toBeLessThanOrEqual(64);
  });

  test('is looked at ever less often while handles are short', () => {
    const slice = new Slice();
    slice.begin();
    for (let count = 0; count < 6_400; count += 1) slice.isSpentInBatch();
    // Reading the clock costs as much as a short handle does.
    expect(lookCount).toBeLessThan(6_400 / 8);
  });

  test('is looked at after each handle when they are long, and at the start of a slice', () => {
    const slice = new Slice();
    for (let slices = 0; slices < 3; slices += 1) {
      slice.begin();
      expect(slice.isSpent()).toBe(false);
      nowMs += 0.5;
      expect(slice.isSpentInBatch()).toBe(false);
      nowMs += 0.6;
      expect(slice.isSpentInBatch()).toBe(true);
    }
  });

  test('is noticed to be over by ticks of one short handle each, too', () => {
    const slice = new Slice();
    slice.begin();
    let ticks = 0;
    while (!slice.isSpent()) {
      ticks += 1;
      nowMs += 0.001;
    }
    expect(ticks).toBeLessThan(1_000 + 64);
  });
});
