// Real threads that begin and end in good order: finalized, recycled, resized, and not killed by
// errors that came too late.

import { setTimeout as pause } from 'node:timers/promises';
import {
  Coordinator,
  type ExceptionContext,
  LoopDiedError,
  remoteFunction,
  remoteModule,
  type RemoteLoop,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { isRaised, newFlag } from '../threads/fixtures/flag.js';
import { eventually, startLoops } from '../threads/loops.js';

const lives = remoteModule<typeof import('./fixtures/lives.js')>(
  new URL('./fixtures/lives.ts', import.meta.url),
);

async function startWithFlags(finalize = lives.finalize) {
  const coordinator = await startLoops({ loops: 2, finalize });
  const [flag, ended] = [newFlag(), newFlag()];
  await coordinator.loop('loop-2').runCoroutineThreadsafe(lives.keepFlag, flag);
  await coordinator.loop('loop-2').runCoroutineThreadsafe(lives.startTask, ended);
  return { coordinator, flag, ended };
}

describe('finalize', () => {
  test.for(['drain', 'cancel'] as const)('runs behind the last task: %s', async (mode) => {
    const { coordinator, flag, ended } = await startWithFlags();
    await coordinator.shutdown({ mode });
    expect([isRaised(ended), isRaised(flag)]).toEqual([true, true]);
  });

  test('does not run when threads are terminated', async () => {
    const { coordinator, flag } = await startWithFlags();
    await coordinator.shutdown({ mode: 'terminate' });
    expect(isRaised(flag)).toBe(false);
  });

  test('runs when a loop leaves, or is recycled', async () => {
    const left = await startWithFlags();
    await left.coordinator.resize(1);
    expect(isRaised(left.flag)).toBe(true);
    const recycled = await startWithFlags();
    recycled.coordinator.recycle('loop-2');
    await eventually(() => isRaised(recycled.flag));
  });

  test('that never ends is bounded by the deadline of the shutdown', async () => {
    const { coordinator } = await startWithFlags(lives.finalizeNever);
    await coordinator.shutdown({ timeoutMs: 100 });
    expect(coordinator.stats().loops[1]?.state).toBe('gone');
  });
});

describe('late errors', () => {
  test('are told, and the thread goes on', async () => {
    const coordinator = await startLoops({ loops: 1 });
    const contexts: ExceptionContext[] = [];
    coordinator.setExceptionHandler((_, context) => contexts.push(context));
    expect(await coordinator.submit(lives.rejectLate)).toBe('alive');
    await eventually(() => contexts.length === 2);
    expect(contexts).toMatchObject([
      { message: 'Unhandled rejection', loop: 'loop-1', exception: { message: 'nobody cares' } },
      { message: 'Uncaught exception', loop: 'loop-1', exception: { message: 'too late' } },
    ]);
    expect(contexts[1]?.exception).toBeInstanceOf(TypeError);
    expect(coordinator.stats().loops[0]?.incarnation).toBe(1);
  });

  test('end the thread where that is asked for', async () => {
    const coordinator = await startLoops({ loops: 1, lateErrors: 'die' });
    const lost = coordinator.submit(lives.rejectLate);
    await expect(lost).rejects.toMatchObject({ reason: 'uncaught RangeError: nobody cares' });
  });
});

describe('a start that takes too long', () => {
  test('fails and says so: a module whose top-level await never ends', async () => {
    const never = remoteFunction<() => void>(
      'data:text/javascript,setInterval(()=>{},1e3);await new Promise(()=>{})',
      'x',
    );
    const starting = Coordinator.start({ loops: 1, initialize: never, startTimeoutMs: 300 });
    await expect(starting).rejects.toBeInstanceOf(LoopDiedError);
    await expect(starting).rejects.toThrow(/'loop-1'.*not ready within 300 ms/);
  });
});

describe('calls that go on', () => {
  test('lose nothing and keep their order while their loop is recycled', async () => {
    const coordinator = await startLoops({ loops: 2 });
    const [loop, sibling] = coordinator.loops as [RemoteLoop, RemoteLoop];
    const clock = new Int32Array(new SharedArrayBuffer(4));
    const flood = sibling.runCoroutineThreadsafe(lives.flood, loop.name, clock, 600);
    const calls: PromiseLike<number>[] = [];
    for (let index = 0; index < 600; index += 1) {
      if (index % 200 === 100) coordinator.recycle(loop.name);
      calls.push(loop.runCoroutineThreadsafe(lives.rank, clock));
      if (index % 10 === 0) await pause(1);
    }
    for (const ranks of [await Promise.all(calls), await flood]) {
      expect(ranks).toHaveLength(600);
      expect(ranks).toEqual(ranks.toSorted((one, other) => one - other));
    }
    await eventually(() => (coordinator.stats().loops[0]?.incarnation ?? 0) > 1);
    expect(coordinator.stats()).toMatchObject({ pendingCount: 0 });
  });

  test('lose nothing while loops come and leave', async () => {
    const coordinator = await startLoops({ loops: 3 });
    const calls: PromiseLike<number>[] = [];
    let isOver = false;
    const resizing = (async () => {
      for (const count of [1, 3, 2, 4, 1]) await coordinator.resize(count);
      isOver = true;
    })();
    for (let index = 0; !isOver; index += 1) {
      calls.push(coordinator.submit(lives.note, index));
      if (index % 20 === 0) await pause(1);
    }
    await resizing;
    expect(await Promise.all(calls)).toEqual(calls.map((_, index) => index));
    expect(coordinator.loops).toHaveLength(1);
  });

  test('are answered by a fresh thread when the heap has grown', async () => {
    const coordinator = await startLoops({ loops: 1, recycle: { afterHeapMB: 1 } });
    await eventually(() => (coordinator.stats().loops[0]?.incarnation ?? 0) > 1);
    expect(await coordinator.submit(lives.note, 1)).toBe(1);
  });
});
