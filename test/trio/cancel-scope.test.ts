// Scopes beside asyncio's kind of cancel, in any task of any loop, and where they are misused.
// Everything runs in one thread, on clocks that jump.

import { setTimeout } from 'node:timers/promises';
import { BlockingEventLoop, currentTask, sleep, timeout, TimeoutError } from 'threadloop';
import { VirtualClock, VirtualEventLoop } from 'threadloop/testing';
import * as trio from 'threadloop/trio';
import { describe, expect, test } from 'vitest';

const clock = (): trio.MockClock => new trio.MockClock({ autojumpThresholdMs: 0 });

describe('scopes and nurseries', () => {
  test('work on a blocking loop, without a run', () => {
    const loop = new BlockingEventLoop({ clock: new VirtualClock() });
    const scope = trio.moveOnAfter(50);
    const record: string[] = [];
    loop.runUntilComplete(
      scope.run(() =>
        trio.openNursery(function* (nursery) {
          nursery.startSoon(function* () {
            yield* trio.sleep(10);
            record.push('child');
          });
          yield* sleep(1_000);
        }),
      ),
    );
    expect([record, scope.cancelledCaught, loop.time()]).toEqual([['child'], true, 50]);
    loop.close();
  });

  test('end every wait of asyncio inside them', async () => {
    const loop = new VirtualEventLoop();
    const heard = await loop.runUntilComplete(async () => {
      let count = 0;
      await new trio.CancelScope().run(async (scope) => {
        scope.cancel();
        for (const wait of [() => sleep(5), () => sleep(0), () => loop.createFuture<void>()]) {
          await wait().catch((error: unknown) => (count += trio.isCancelled(error) ? 1 : 0));
        }
      });
      return count;
    });
    expect(heard).toBe(3);
    loop.assertNoLeaks();
    loop.close();
  });

  test('let a request of asyncio through, cancelled or not', async () => {
    const loop = new VirtualEventLoop();
    const scope = new trio.CancelScope();
    const task = loop.createTask(() => scope.run(() => trio.sleepForever()));
    loop.callLater(5, () => {
      scope.cancel();
      task.cancel('from outside');
    });
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(trio.isCancelled);
    expect([scope.cancelCalled, scope.cancelledCaught]).toEqual([true, false]);
    loop.close();
  });

  test('hold a timeout of asyncio, which ends as ever', async () => {
    const ended = trio.run(
      async () => {
        const scope = trio.moveOnAfter(100);
        const inner = scope.run(() => timeout(10, () => trio.sleepForever()));
        const error = await inner.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(TimeoutError);
        expect(scope.cancelCalled).toBe(false);
        return currentTask()?.cancelling();
      },
      { clock: clock() },
    );
    expect(await ended).toBe(0);
  });

  test('are cancelled as a whole when their task is cancelled by asyncio', async () => {
    const loop = new VirtualEventLoop();
    let childHeard = false;
    const task = loop.createTask(() =>
      trio.openNursery((nursery) => {
        nursery.startSoon(async () => {
          await trio.sleepForever().catch((error: unknown) => {
            childHeard = trio.isCancelled(error);
            throw error;
          });
        });
      }),
    );
    loop.callLater(5, () => task.cancel());
    await expect(loop.runUntilComplete(task)).rejects.toSatisfy(trio.isCancelled);
    expect(childHeard).toBe(true);
    loop.close();
  });
});

describe('a scope', () => {
  test('fires its signal with the first cancel, from further out too', async () => {
    await trio.run(async () => {
      const [outer, inner] = [new trio.CancelScope(), new trio.CancelScope()];
      const reasons: unknown[] = [];
      await outer.run(() =>
        inner.run(async () => {
          inner.signal.addEventListener('abort', () => reasons.push(inner.signal.reason));
          outer.cancel('enough');
          expect(inner.signal.aborted).toBe(true);
          await setTimeout(1_000, null, { signal: inner.signal });
        }),
      );
      expect(outer.cancelledCaught).toBe(true);
      expect(String(reasons[0])).toMatch(
        /cancelled due to explicit with reason 'enough' from task /,
      );
    });
  });

  test('is used once, and tells so', async () => {
    await trio.run(async () => {
      const scope = new trio.CancelScope();
      await scope.run(() => trio.checkpoint());
      await expect(scope.run(() => trio.checkpoint())).rejects.toThrow('only be used for a single');
      expect(() => new trio.CancelScope({ deadlineMs: Number.NaN })).toThrow('must be a number');
    });
  });

  test('that ends before one inside it is an error, and so is that one', async () => {
    await trio.run(
      async () => {
        const [outer, inner] = [new trio.CancelScope(), new trio.CancelScope()];
        let ofInner: Promise<unknown> = Promise.resolve();
        const ofOuter = await outer
          .run(async () => {
            ofInner = inner.run(() => trio.sleepForever()).catch((error: unknown) => error);
            await Promise.resolve();
          })
          .catch((error: unknown) => error);
        expect(String(ofOuter)).toContain('Cancel scope stack corrupted');
        expect(String(await ofInner)).toContain("that's not within it");
        expect(inner.cancelCalled).toBe(true);
        await trio.sleep(1);
      },
      { clock: clock() },
    );
  });

  test('refuses waits outside of any task', async () => {
    await expect(trio.checkpoint()).rejects.toThrow('must be called from a task');
  });
});
