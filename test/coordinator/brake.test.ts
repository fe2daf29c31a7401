import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Brake, type ThreadLife } from '#src/coordinator/brake.js';

const neverReady: ThreadLife = { wasReady: false, livedMs: 40, answeredCount: 0 };
const quick: ThreadLife = { wasReady: true, livedMs: 40, answeredCount: 0 };
const answered: ThreadLife = { wasReady: true, livedMs: 40, answeredCount: 1 };
const lived: ThreadLife = { wasReady: true, livedMs: 1_000, answeredCount: 0 };

function delays(lives: readonly ThreadLife[]): (number | null)[] {
  const brake = new Brake();
  return lives.map((life) => brake.delayAfterMs(life));
}

describe('the brake', () => {
  test('lets the first replacement through, and doubles the wait with each quick death', () => {
    expect(delays(Array<ThreadLife>(10).fill(quick))).toEqual([
      0, 50, 100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000,
    ]);
  });

  test.for([
    ['answered a call', answered],
    ['lived a while', lived],
  ] as const)('starts anew after a thread that %s', ([, proven]) => {
    expect(delays([quick, quick, quick, proven, quick, quick])).toEqual([0, 50, 100, 0, 0, 50]);
  });

  test('never waits for threads that all proved themselves', () => {
    expect(delays(Array<ThreadLife>(20).fill(answered))).toEqual(Array(20).fill(0));
  });

  test('gives up after five threads in a row that never became ready', () => {
    expect(delays(Array<ThreadLife>(5).fill(neverReady))).toEqual([0, 50, 100, 200, null]);
    const mixed = [neverReady, neverReady, neverReady, neverReady, quick, neverReady];
    expect(delays(mixed)).toEqual([0, 50, 100, 200, 400, 800]);
  });

  test('does not take it for proof that a thread took long to fail', () => {
    const slow = { wasReady: false, livedMs: 60_000, answeredCount: 0 };
    expect(delays([slow, slow])).toEqual([0, 50]);
  });

  test('waits between nothing and two seconds, whatever happens', () => {
    const life = fc.record({
      wasReady: fc.boolean(),
      livedMs: fc.nat(5_000),
      answeredCount: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(life, { maxLength: 60 }), (lives) => {
        for (const delayMs of delays(lives)) {
          if (delayMs !== null) expect(delayMs >= 0 && delayMs <= 2_000).toBe(true);
        }
        const isGivenUp = delays(lives).includes(null);
        const failures = lives.map(({ wasReady }) => (wasReady ? '.' : 'x')).join('');
        expect(isGivenUp).toBe(failures.includes('xxxxx'));
      }),
    );
  });
});
