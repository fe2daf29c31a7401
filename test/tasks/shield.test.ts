// Shielded work: what is ours alone.

import { type Coroutine, isCancelled, shield, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

describe('shield()', () => {
  test('protects an async function that a cancelled coroutine waits for', async () => {
    const loop = virtualLoop();
    const inner = loop.createTask(async () => sleep(20, 'kept'));
    const work = function* (): Coroutine<string> {
      return yield* shield(inner);
    };
    const outer = loop.createTask(work());
    loop.callLater(5, () => outer.cancel());
    await expect(loop.runUntilComplete(outer)).rejects.toSatisfy(isCancelled);
    expect(await loop.runUntilComplete(inner)).toBe('kept');
    expect(inner.cancelling()).toBe(0);
  });

  test('names what was thrown late, be it an error or not', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    for (const thrown of [new RangeError('late'), 'a text']) {
      await loop.runUntilComplete(async () => {
        const inner = loop.createFuture<null>();
        shield(inner).cancel();
        inner.setException(thrown);
        await sleep(1);
      });
    }
    expect(reports.map(({ message }) => message)).toEqual([
      'RangeError exception in shielded future',
      'string exception in shielded future',
    ]);
  });
});
