// A staggered race: what is ours alone.

import { type Coroutine, isCancelled, sleep, staggeredRace } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

describe('staggeredRace()', () => {
  test('runs attempts of every kind against each other', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<unknown> {
      return yield* staggeredRace<string>(
        [
          async () => sleep(1_000, 'async'),
          function* () {
            return yield* sleep(1_000, 'coroutine');
          },
          () => 'plain',
        ],
        10,
      );
    };
    const result = await loop.runUntilComplete(main());
    expect(result).toMatchObject({ winner: 'plain', index: 2 });
    const { errors } = result as { errors: unknown[] };
    expect(errors.map((error) => isCancelled(error))).toEqual([true, true, false]);
    expect(loop.time()).toBe(20);
  });

  test('without a delay waits for the attempt before to fail', async () => {
    const loop = virtualLoop();
    const failing = async (): Promise<string> => {
      await sleep(500);
      throw new RangeError('first');
    };
    const race = async () => staggeredRace([failing, async () => sleep(1, 'second')], null);
    expect(await loop.runUntilComplete(race)).toEqual({
      winner: 'second',
      index: 1,
      errors: [new RangeError('first'), null],
    });
    expect(loop.time()).toBe(501);
  });
});
