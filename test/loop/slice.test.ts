import { describe, expect, test } from 'vitest';
import { Slice } from '#src/loop/slice.js';

function grind(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

describe('a slice', () => {
  test('is spent before it begins, so that a loop begins with a turn of Node', () => {
    expect(new Slice().isSpent()).toBe(true);
  });

  test('is not spent when it has just begun, and is after its millisecond', () => {
    const slice = new Slice();
    slice.begin();
    expect(slice.isSpent()).toBe(false);
    grind(1.1);
    // Asked before each tick, it reads the clock at the second tick at the latest by now.
    expect(slice.isSpent() || slice.isSpent()).toBe(true);
    slice.begin();
    expect(slice.isSpent()).toBe(false);
  });

  test('ends within a stride of 64 short handles, and after one long one at the latest', () => {
    const slice = new Slice();
    slice.begin();
    for (let count = 0; count < 1_000; count += 1) slice.isSpentInBatch();
    grind(1.1);
    let asked = 1;
    while (!slice.isSpentInBatch()) asked += 1;
    expect(asked).toBeLessThanOrEqual(64);
    // The long handle was noticed: the clock is now read after each one.
    slice.begin();
    grind(0.5);
    expect(slice.isSpentInBatch()).toBe(false);
    grind(0.6);
    expect(slice.isSpentInBatch()).toBe(true);
  });

  test('ends after a millisecond or so, however short the handles are', () => {
    const slice = new Slice();
    const startMs = performance.now();
    slice.begin();
    while (!slice.isSpentInBatch());
    // Generous: the machine may be busy with something else.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(1);
    expect(performance.now() - startMs).toBeLessThan(200);
  });
});
