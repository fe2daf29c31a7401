// Ends as they come: what is ours alone.

import {
  asCompleted,
  type Coroutine,
  type Future,
  InvalidArgumentError,
  sleep,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

function* sleepAndGive<T>(delayMs: number, value: T): Coroutine<T> {
  return yield* sleep(delayMs, value);
}

/** TypeScript takes the future for its value there, as if `for await` awaited it. */
function resultOf(future: unknown): string {
  return (future as Future<string>).result();
}

describe('asCompleted()', () => {
  test('gives results of both kinds of work in a coroutine', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<string[]> {
      const works = [sleepAndGive(20, 'slow'), loop.createTask(async () => sleep(10, 'fast'))];
      const results: string[] = [];
      for (const next of asCompleted<string>(works)) results.push(yield* next);
      return results;
    };
    expect(await loop.runUntilComplete(main())).toEqual(['fast', 'slow']);
  });

  test('can be left and taken up again, in the other form too', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const all = asCompleted([sleep(10, 'a'), sleep(20, 'b'), sleep(30, 'c')]);
      const seen: string[] = [];
      for await (const future of all) {
        seen.push(resultOf(future));
        break;
      }
      for (const next of all) {
        seen.push(await next);
        break;
      }
      for await (const future of all) seen.push(resultOf(future));
      expect(seen).toEqual(['a', 'b', 'c']);
    });
  });

  test('fails every wait that is left when the time is up', async () => {
    const loop = virtualLoop();
    await loop.runUntilComplete(async () => {
      const slow = sleep(1_000, 'slow');
      const errors: unknown[] = [];
      for (const next of asCompleted([sleep(5, 'fast'), slow], { timeoutMs: 10 })) {
        await next.catch((error: unknown) => errors.push(error));
      }
      expect(errors).toEqual([expect.any(TimeoutError)]);
      expect([slow.done(), loop.time()]).toEqual([false, 10]);
    });
  });

  test('refuses a single awaitable', async () => {
    await virtualLoop().runUntilComplete(() => {
      expect(() => asCompleted(sleepAndGive(1, 'a') as never)).toThrow(InvalidArgumentError);
      expect(() => asCompleted(sleepAndGive(1, 'a') as never)).toThrow(
        'expects an iterable of awaitables, not coroutine',
      );
    });
  });
});
