// When a thread with nothing to do stays awake, and when not.

import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { Doorbell } from '#src/loop/doorbell.js';
import { registry } from '#src/loop/registry.js';
import { parkAt, Vigil } from '#src/loop/vigil.js';

function vigilIn({ awakeCount = 1, pollMs = 0.05 } = {}): Vigil {
  return new Vigil({ awakeCount: () => awakeCount, pollMs });
}

/** Of so many occasions, those on which it stays awake, always in vain. */
function vigilsInVain(vigil: Vigil, occasionCount: number): number[] {
  return Array.from({ length: occasionCount }, (_, index) => index).filter(() => {
    const begins = vigil.begin();
    if (begins) vigil.end(true);
    return begins;
  });
}

test('it stays awake on every occasion as long as that is of use', () => {
  const vigil = vigilIn();
  for (let count = 0; count < 100; count += 1) {
    expect(vigil.begin()).toBe(true);
    vigil.end(false);
  }
});

test('it stays awake ever more rarely where that is in vain, but never gives up', () => {
  const vigil = vigilIn();
  expect(vigilsInVain(vigil, 400)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 191, 255, 319, 383]);
});

test('one vigil that was of use makes up for all that were not', () => {
  const vigil = vigilIn();
  vigilsInVain(vigil, 62);
  while (!vigil.begin());
  vigil.end(false);
  expect([vigil.begin(), vigil.begin()]).toEqual([true, true]);
});

test('it never stays awake where that is turned off', () => {
  expect(vigilIn({ pollMs: 0 }).begin()).toBe(false);
});

test.each([
  [availableParallelism(), false],
  [availableParallelism() + 1, true],
])('with %i threads awake it is crowded: %s', (awakeCount, isCrowded) => {
  expect(vigilIn({ awakeCount }).isCrowded()).toBe(isCrowded);
});

test.each([
  ['stays awake', 0.05],
  ['does not stay awake', 0],
])('a thread that %s parks until its doorbell is rung, or the time is over', (_how, pollMs) => {
  const before = registry.vigil;
  registry.vigil = vigilIn({ pollMs });
  try {
    const bell = new Doorbell();
    bell.look();
    const startMs = performance.now();
    parkAt(bell, 20);
    expect(performance.now() - startMs).toBeGreaterThan(19);
    new Doorbell(bell.address).ring();
    // It would never come back otherwise.
    parkAt(bell, Infinity);
    expect([bell.hasRung(), bell.isAwake()]).toEqual([true, false]);
  } finally {
    registry.vigil = before;
  }
});
