import { describe, expect, test } from 'vitest';
import { Slice } from '#src/loop/slice.js';

function grind(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

describe('a slice', () => {
  test('is spent before it begins, so that a loop begins with a turn of Node', () => {
    expect(new Slice().isSpentNow()).toBe(true);
  });

  test('is not spent when it has just begun, and is after its millisecond', () => {
    const slice = new Slice();
    slice.begin();
    expect(slice.isSpentNow()).toBe(false);
    grind(1.1);
    expect(slice.isSpentNow()).toBe(true);
    slice.begin();
    expect(slice.isSpentNow()).toBe(false);
  });

  test('ends within a stride of 64 short handles, and after one long one at the latest', () => {
    const slice = new Slice();
    slice.begin();
    for (let count = 0; count < 1_000; count += 1) slice.isSpent();
    grind(1.1);
    let asked = 1;
    while (!slice.isSpent()) asked += 1;
    expect(asked).toBeLessThanOrEqual(64);
    // The long handle was noticed: the clock is now read after each one.
    slice.begin();
    grind(0.5);
    slice.isSpent();
    grind(0.6);
    expect(slice.isSpent()).toBe(true);
  });

  test('ends after a millisecond or so, however short the handles are', () => {
    const slice = new Slice();
    const startMs = performance.now();
    slice.begin();
    while (!slice.isSpent());
    // Generous: the machine may be busy with something else.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(1);
    expect(performance.now() - startMs).toBeLessThan(200);
  });
});
