import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Brake,
  defaultRestartPolicy,
  type RestartPolicy,
  type ThreadLife,
} from '#src/coordinator/brake.js';

const neverReady: ThreadLife = { wasReady: false, livedMs: 40, answeredCount: 0 };
const quick: ThreadLife = { wasReady: true, livedMs: 40, answeredCount: 0 };
const answered: ThreadLife = { wasReady: true, livedMs: 40, answeredCount: 1 };
const lived: ThreadLife = { wasReady: true, livedMs: 1_000, answeredCount: 0 };

function delays(lives: readonly ThreadLife[], policy?: RestartPolicy | null): (number | null)[] {
  const brake = new Brake(policy === null ? null : { ...defaultRestartPolicy, ...policy });
  return lives.map((life) => brake.delayAfterMs(life));
}

describe('the brake', () => {
  test('lets the first replacement through, and doubles the wait with each quick death', () => {
    expect(delays(Array<ThreadLife>(10).fill(quick), { maxRestarts: 9 })).toEqual([
      0,
      50,
      100,
      200,
      400,
      800,
      1_600,
      2_000,
      2_000,
      null,
    ]);
    const policy = { firstDelayMs: 7, longestDelayMs: 20 };
    expect(delays([quick, quick, quick, quick], policy)).toEqual([0, 7, 14, 20]);
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

  test.for([
    ['never became ready', neverReady],
    ['were ready, and did nothing', quick],
  ] as const)('gives up after five replacements in a row that %s', ([, life]) => {
    expect(delays(Array<ThreadLife>(6).fill(life))).toEqual([0, 50, 100, 200, 400, null]);
    expect(delays([life, life], { maxRestarts: 1 })).toEqual([0, null]);
    expect(delays([answered, life], { maxRestarts: 0 })).toEqual([0, null]);
  });

  test('forgets deaths of long ago', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const brake = new Brake({ ...defaultRestartPolicy, maxRestarts: 2, withinMs: 1_000 });
    const die = (): number | null => brake.delayAfterMs(quick);
    expect([die(), die()]).toEqual([0, 50]);
    vi.advanceTimersByTime(1_000);
    expect([die(), die(), die()]).toEqual([0, 50, null]);
  });

  test('lets nothing through where threads are not replaced', () => {
    expect(delays([answered, quick, lived], null)).toEqual([null, null, null]);
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
        const isProven = (each: ThreadLife): boolean =>
          each.wasReady && (each.answeredCount > 0 || each.livedMs >= 1_000);
        const deaths = lives.map((each) => (isProven(each) ? '.' : 'x')).join('');
        expect(delays(lives).includes(null)).toBe(deaths.includes('xxxxxx'));
      }),
    );
  });
});
