// Functions that block, in threads of a run: how they end, and what is left behind.

import {
  getRunningLoop,
  InvalidArgumentError,
  isCancelled,
  LoopDiedError,
  NotCloneableError,
  remoteModule,
} from 'threadloop';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';
import { isRaised, newFlag, raise } from '../threads/fixtures/flag.js';
import { eventually } from '../threads/loops.js';

const jobs = remoteModule<typeof import('../conformance/fixtures/thread-jobs.js')>(
  new URL('../conformance/fixtures/thread-jobs.ts', import.meta.url),
);
const { toThread } = trio;

async function thrownBy(work: () => PromiseLike<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return null;
}

describe('toThread.runSync()', () => {
  test('gives the value, or throws what the function throws', async () => {
    await trio.run(async () => {
      expect(await toThread.runSync(jobs.add, 20, 22)).toBe(42);
      expect(await thrownBy(() => toThread.runSync(jobs.fail, 'no'))).toEqual(new RangeError('no'));
      const late = await thrownBy(() => toThread.runSync(jobs.notSync));
      expect(late).toBeInstanceOf(InvalidArgumentError);
      const uncloned = await thrownBy(() => toThread.runSync(jobs.fail, (() => 0) as never));
      expect(uncloned).toBeInstanceOf(NotCloneableError);
      expect(String(uncloned)).toContain('argument 1 of fail()');
    });
  });

  test('uses an idle thread again, and fails with the death of one', async () => {
    await trio.run(async () => {
      const first = await toThread.runSync(jobs.threadNumber);
      expect(await toThread.runSync(jobs.threadNumber)).toBe(first);
      expect(await thrownBy(() => toThread.runSync(jobs.die))).toBeInstanceOf(LoopDiedError);
      expect(trio.currentDefaultThreadLimiter().borrowedTokens).toBe(0);
      expect(await toThread.runSync(jobs.threadNumber)).not.toBe(first);
    });
  });

  test('reports what a function has left behind in its thread, and goes on', async () => {
    await trio.run(async () => {
      const heard: unknown[] = [];
      getRunningLoop().setExceptionHandler((_loop, { exception }) => heard.push(exception));
      await toThread.runSync(jobs.failLater);
      await eventually(() => heard.length > 0);
      expect(String(heard[0])).toBe('RangeError: too late');
      expect(await toThread.runSync(jobs.add, 1, 1)).toBe(2);
    });
  });

  test('waits for a function that is cancelled, and gives its result', async () => {
    const [started, gate] = [newFlag(), newFlag()];
    const seen: unknown[] = [];
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      await trio.openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          await scope.run(async () => {
            seen.push(await toThread.runSync(jobs.ignoreCancel, started, gate));
            await trio.checkpoint();
            seen.push('got past');
          });
        });
        await eventually(() => isRaised(started));
        scope.cancel();
        await trio.sleep(5);
        expect(seen).toEqual([]);
        raise(gate);
      });
      expect(scope.cancelledCaught).toBe(true);
    });
    expect(seen).toEqual(['well']);
  });

  test('waits for it, too, when asyncio cancels its task, which then is cancelled', async () => {
    const [started, gate] = [newFlag(), newFlag()];
    await trio.run(async () => {
      let thrown: unknown = null;
      await trio.openNursery(async (nursery) => {
        nursery.startSoon(async () => {
          thrown = await thrownBy(() => toThread.runSync(jobs.ignoreCancel, started, gate));
        });
        await eventually(() => isRaised(started));
        for (const child of nursery.childTasks) child.cancel();
        await trio.sleep(5);
        expect(thrown).toBe(null);
        raise(gate);
      });
      expect(isCancelled(thrown)).toBe(true);
    });
  });

  test('calls nothing in a scope that is cancelled, and refuses what is no option', async () => {
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      scope.cancel();
      await scope.run(async () => {
        await toThread.runSync(jobs.die);
      });
      expect(scope.cancelledCaught).toBe(true);
      expect(() => toThread.with({ limiter: 3 as never })).toThrow("option 'limiter'");
      expect(() => toThread.with({ abandonOnCancel: 1 as never })).toThrow('abandonOnCancel');
      expect(() => toThread.runSync((() => 0) as never)).toThrow('expects a remote function');
    });
    expect(await thrownBy(() => toThread.runSync(jobs.add, 1, 2))).toBeInstanceOf(Error);
  });

  test('brings back an abandoned thread through a task of the system', async () => {
    const [started, gate] = [newFlag(), newFlag()];
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      await trio.openNursery(async (nursery) => {
        nursery.startSoon(() =>
          scope.run(async () => {
            const free = toThread.with({ abandonOnCancel: true });
            await free.runSync(jobs.holdAndName, started, gate);
          }),
        );
        await eventually(() => isRaised(started));
        scope.cancel();
      });
      raise(gate.subarray(0, 1));
      await eventually(() => Atomics.load(gate, 0) === 2);
    });
  });
});
