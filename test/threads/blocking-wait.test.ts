// result() on a pending call: the thread that asks stands still until the answer is there.

import {
  BlockingEventLoop,
  ConcurrentFuture,
  type Coroutine,
  DeadlockError,
  getLoop,
  InvalidArgumentError,
  isCancelled,
  remoteModule,
  run,
  TimeoutError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { thrownBy } from '../thrown-by.js';
import { isRaised, newFlag, raised } from './fixtures/flag.js';
import { eventually, shareLoops, startLoops } from './loops.js';

const functions = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);
const blocking = remoteModule<typeof import('./fixtures/blocking.js')>(
  new URL('./fixtures/blocking.ts', import.meta.url),
);
const failures = remoteModule<typeof import('./fixtures/failures.js')>(
  new URL('./fixtures/failures.ts', import.meta.url),
);
const journal = remoteModule<typeof import('./fixtures/journal.js')>(
  new URL('./fixtures/journal.ts', import.meta.url),
);
const deadly = remoteModule<typeof import('../coordinator/fixtures/deadly.js')>(
  new URL('../coordinator/fixtures/deadly.ts', import.meta.url),
);
const lives = remoteModule<typeof import('../coordinator/fixtures/lives.js')>(
  new URL('../coordinator/fixtures/lives.ts', import.meta.url),
);
const threads = shareLoops({ loops: 3, name: 'b' });
const first = () => threads.coordinator.loop('b-1');
const second = () => threads.coordinator.loop('b-2');

describe('result() on a pending call', () => {
  test.for(['add', 'addAsync', 'addCoroutine'] as const)('blocks for the value: %s', (name) => {
    const fn = functions[name] as typeof functions.addAsync;
    expect(first().runCoroutineThreadsafe(fn, 2, 3).result()).toBe(5);
  });

  test('gives the same as often as it is asked, and to those who await', async () => {
    const call = first().runCoroutineThreadsafe(functions.add, 2, 3);
    expect([call.result(), call.result(), await call]).toEqual([5, 5, 5]);
  });

  test('throws what the call threw, with its class and both stacks', () => {
    const call = first().runCoroutineThreadsafe(failures.throwQuota, 5);
    const error = thrownBy(() => call.result()) as Error;
    expect(error).toMatchObject({ name: 'QuotaError', limit: 5 });
    expect(error.stack).toMatch(/failures\.js[^]*on loop 'b-1'[^]*blocking-wait\.test\.ts/u);
  });

  test('throws TimeoutError when the time is over, and the call goes on', async () => {
    const call = first().runCoroutineThreadsafe(blocking.sleepFor, 60, 'late');
    expect(() => call.result(5)).toThrow(TimeoutError);
    expect(call.done()).toBe(false);
    expect(call.result(5_000)).toBe('late');
  });

  test('looks once when the time is 0, and sends what waits to be sent', async () => {
    const [waiting, heard] = [newFlag(), newFlag()];
    const call = first().runCoroutineThreadsafe(blocking.waitUntilCancelled, waiting, heard);
    expect(() => call.result(0)).toThrow(TimeoutError);
    expect(Atomics.wait(waiting, 0, 0, 5_000)).not.toBe('timed-out');
    call.cancel();
    await raised(heard);
  });

  test.for([-1, Number.NaN, '5' as unknown as number])('takes no time such as %s', async (time) => {
    const call = first().runCoroutineThreadsafe(functions.nothing);
    expect(() => call.result(time)).toThrow(InvalidArgumentError);
    await call;
  });

  test('throws CancelledError when the call was cancelled, and its code is told', async () => {
    const [waiting, heard] = [newFlag(), newFlag()];
    const call = first().runCoroutineThreadsafe(blocking.waitUntilCancelled, waiting, heard);
    expect(() => call.result(1)).toThrow(TimeoutError);
    await raised(waiting);
    call.cancel();
    expect(isCancelled(thrownBy(() => call.result()))).toBe(true);
    await raised(heard);
  });

  test('works inside a task', async () => {
    const value = await run(async () =>
      first().runCoroutineThreadsafe(functions.add, 1, 1).result(),
    );
    expect(value).toBe(2);
  });

  test('is a cancel point of a call, and passes the cancel on', async () => {
    const [waiting, heard] = [newFlag(), newFlag()];
    const { callBlocking, waitUntilCancelled } = blocking;
    const call = first().runCoroutineThreadsafe(
      callBlocking,
      'b-2',
      waitUntilCancelled,
      waiting,
      heard,
    );
    await raised(waiting);
    call.cancel();
    await raised(heard);
    // The thread is no longer blocked.
    expect(await first().runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
  });

  test('works in a worker, for a sibling that it has never talked to', () => {
    const { callBlocking } = blocking;
    const call = first().runCoroutineThreadsafe(callBlocking, 'b-2', functions.add, 20, 22);
    // This thread has to introduce the two, and is blocked like the first of them.
    expect(call.result()).toBe(42);
  });
});

describe('what comes up while a thread is blocked', () => {
  test('is not run inside the blocked frame: callbacks of other futures', async () => {
    const heard: string[] = [];
    const other = first().runCoroutineThreadsafe(functions.echo, 'other');
    other.addDoneCallback((future) => heard.push(`callback: ${String(future.result())}`));
    void other.then((value) => heard.push(`then: ${String(value)}`));
    expect(first().runCoroutineThreadsafe(functions.echo, 'mine').result()).toBe('mine');
    expect([other.done(), heard]).toEqual([true, []]);
    await other;
    expect(heard).toEqual(['callback: other', 'then: other']);
  });

  test('is run afterwards, in its order: calls from other threads', async () => {
    await getLoop('main').runCoroutineThreadsafe(journal.read);
    const { note } = journal;
    first().runCoroutineThreadsafe(blocking.postThree, 'main', note).result();
    // More of them, that come when the thread turns again.
    await first().runCoroutineThreadsafe(blocking.postThree, 'main', note);
    const entries = await first().runCoroutineThreadsafe(functions.relay, 'main', journal.read);
    expect(entries).toEqual(['first', 'second', 'third', 'first', 'second', 'third']);
  });

  test('is not run inside the blocked frame: handlers and listeners of a coordinator', async () => {
    const coordinator = await startLoops({ loops: 1, name: 'told', maxPendingCount: 1 });
    const heard: string[] = [];
    let isBlocked = true;
    coordinator.setExceptionHandler((_loop, { exception }) => {
      heard.push(isBlocked ? 'too early' : String(exception));
    });
    coordinator.on('relief', () => heard.push(isBlocked ? 'too early' : 'relief'));
    // Its late errors have been told when it answers.
    expect(coordinator.submit(lives.rejectLate).result()).toBe('alive');
    isBlocked = false;
    await eventually(() => heard.length === 3);
    expect(heard.sort()).toEqual(['RangeError: nobody cares', 'TypeError: too late', 'relief']);
  });

  test('does not become part of the task that blocked', async () => {
    const name = await run(async () => {
      const there = first().runCoroutineThreadsafe(
        functions.relay,
        'main',
        blocking.currentTaskName,
      );
      second().runCoroutineThreadsafe(blocking.sleepFor, 30, 0).result();
      return there;
    });
    expect(name).toMatch(/^Task-\d+$/u);
  });

  test('wakes the other coroutines of a blocking loop when it turns again', () => {
    const loop = new BlockingEventLoop();
    const order: string[] = [];
    function* waiter(): Coroutine<void> {
      order.push(String(yield* first().runCoroutineThreadsafe(functions.echo, 'waited for')));
    }
    function* blocker(): Coroutine<void> {
      yield* [];
      order.push(
        second().runCoroutineThreadsafe(blocking.sleepFor, 30, 'blocked for').result() as string,
      );
    }
    const waiting = loop.createTask(waiter());
    loop.runUntilComplete(blocker());
    loop.runUntilComplete(waiting);
    expect(order).toEqual(['blocked for', 'waited for']);
    loop.close();
  });
});

describe('a wait that could never end', () => {
  test('is refused: a call on the very loop that would be blocked', async () => {
    const call = getLoop('main').runCoroutineThreadsafe(functions.add, 1, 2);
    const error = thrownBy(() => call.result());
    expect(error).toBeInstanceOf(DeadlockError);
    expect(String(error)).toMatch(/own loop.*Wait with await/u);
    expect(thrownBy(() => call.result(0))).toBeInstanceOf(TimeoutError);
    expect(await call).toBe(3);
  });

  test('is refused in a worker, too', async () => {
    const { callBlocking } = blocking;
    const call = first().runCoroutineThreadsafe(callBlocking, 'b-1', functions.add, 1, 2);
    expect(() => call.result()).toThrow(DeadlockError);
  });

  test('is refused: a future that only this thread can settle', async () => {
    const future = new ConcurrentFuture<number>();
    expect(() => future.result()).toThrow(DeadlockError);
    const all = threads.coordinator.broadcast(functions.add, 1, 2);
    expect(() => all.result()).toThrow(DeadlockError);
    expect(await all).toEqual([3, 3, 3]);
  });
});

describe('a thread that dies while somebody is blocked for it', () => {
  test.for([
    ['process.exit()', 'exit', [3]],
    ['an error in a timer', 'throwInTimer', ['boo']],
    ['an unhandled rejection', 'rejectUnhandled', ['boo']],
  ] as const)('fails the call: %s', async ([, name, args]) => {
    const coordinator = await startLoops({ loops: 1, name: 'mortal', lateErrors: 'die' });
    const fn = deadly[name] as typeof deadly.exit;
    const call = coordinator
      .loop('mortal-1')
      .runCoroutineThreadsafe(fn, ...(args as unknown as [number]));
    const error = thrownBy(() => call.result(8_000));
    expect(error).toMatchObject({ code: 'ERR_LOOP_DIED', loop: 'mortal-1' });
  });

  test('fails the call, though it is ended from outside or runs out of memory', async () => {
    const resourceLimits = { maxOldGenerationSizeMb: 24 };
    const coordinator = await startLoops({ loops: 2, name: 'mortal', resourceLimits });
    const started = newFlag();
    const spinning = coordinator.loop('mortal-1').runCoroutineThreadsafe(deadly.spin, started);
    expect(() => spinning.result(0)).toThrow(TimeoutError);
    Atomics.wait(started, 0, 0, 5_000);
    expect(isRaised(started)).toBe(true);
    coordinator.restart('mortal-1');
    expect(() => spinning.result(8_000)).toThrow(/died/u);
    const eating = coordinator.loop('mortal-2').runCoroutineThreadsafe(deadly.eatMemory);
    expect(() => eating.result(8_000)).toThrow(/died/u);
  });

  test('leaves its name usable as soon as this thread turns again', async () => {
    const coordinator = await startLoops({ loops: 1, name: 'mortal' });
    const loop = coordinator.loop('mortal-1');
    const { threadId } = loop;
    expect(() => loop.runCoroutineThreadsafe(deadly.exit, 3).result(8_000)).toThrow(/died/u);
    // The calls of this moment still go to the dead thread; once its end was told, they do not.
    while (loop.threadId === threadId) await new Promise((resolve) => void setTimeout(resolve, 5));
    expect(await loop.runCoroutineThreadsafe(functions.add, 1, 2)).toBe(3);
    expect(loop.runCoroutineThreadsafe(functions.add, 1, 3).result()).toBe(4);
  });

  test('is told to a blocked worker by the thread that started them both', async () => {
    const coordinator = await startLoops({ loops: 2, name: 'mortal' });
    const { callBlocking } = blocking;
    const call = coordinator
      .loop('mortal-1')
      .runCoroutineThreadsafe(callBlocking, 'mortal-2', deadly.exit, 3);
    await expect(call).rejects.toMatchObject({ code: 'ERR_LOOP_DIED', loop: 'mortal-2' });
  });

  test('fails the call of a blocked worker while its starter is blocked as well', async () => {
    const coordinator = await startLoops({ loops: 2, name: 'mortal' });
    const { callBlocking } = blocking;
    const call = coordinator
      .loop('mortal-1')
      .runCoroutineThreadsafe(callBlocking, 'mortal-2', deadly.exit, 3);
    expect(() => call.result(8_000)).toThrow("Loop 'mortal-2' died");
  });
});
