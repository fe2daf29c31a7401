// What is special about a loop that blocks its thread; all else it shares with the other loops.

import {
  BlockingEventLoop,
  type Coroutine,
  DeadlockError,
  gather,
  getRunningLoop,
  InvalidAwaitError,
  LoopStoppedError,
  NoRunningLoopError,
  sleep,
} from 'threadloop';
import { HostClock } from 'threadloop/lowlevel';
import { VirtualClock } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, nodeTurn, runProgram } from './fixtures.js';

function create(): BlockingEventLoop {
  return closedAfterwards(new BlockingEventLoop({ clock: new VirtualClock() }));
}

function* answer<T>(delayMs: number, value: T): Coroutine<T> {
  yield* sleep(delayMs);
  return value;
}

describe('a blocking loop', () => {
  test('gives the value itself, when the work is done', () => {
    const loop = create();
    expect(loop.runUntilComplete(answer(10, 'value'))).toBe('value');
    expect(loop.runUntilComplete(() => answer(10, 'of a function'))).toBe('of a function');
    expect(loop.runUntilComplete(() => 'plain')).toBe('plain');
    const both = function* (): Coroutine<string[]> {
      return yield* gather([answer(20, 'a'), answer(10, 'b')]);
    };
    expect(loop.runUntilComplete(both())).toEqual(['a', 'b']);
    expect(loop.time()).toBe(40);
  });

  test('throws the error itself, and is not running any more', () => {
    const loop = create();
    const failure = new RangeError('out of reach');
    const fail = function* (): Coroutine<never> {
      yield* sleep(1);
      throw failure;
    };
    expect(() => loop.runUntilComplete(fail())).toThrow(failure);
    expect(() => getRunningLoop()).toThrow(NoRunningLoopError);
    expect(loop.runUntilComplete(answer(1, 'next'))).toBe('next');
  });

  test('returns from runForever() when it is stopped', () => {
    const loop = create();
    const log: string[] = [];
    loop.callLater(5, () => loop.stop());
    loop.callSoon(() => log.push('ran'));
    loop.runForever();
    expect(log).toEqual(['ran']);
    const task = loop.createTask(answer(10, 'value'));
    loop.callLater(1, () => loop.stop());
    expect(() => loop.runUntilComplete(task)).toThrow(LoopStoppedError);
    expect(loop.runUntilComplete(task)).toBe('value');
  });

  test('lets nothing of Node go on while it runs', async () => {
    const loop = closedAfterwards(new BlockingEventLoop());
    const log: string[] = [];
    void nodeTurn().then(() => log.push('immediate'));
    void Promise.resolve().then(() => log.push('promise'));
    loop.runUntilComplete(answer(5, null));
    log.push('run is over');
    await nodeTurn();
    await nodeTurn();
    expect(log).toEqual(['run is over', 'promise', 'immediate']);
  });

  test('waits for its timers by parking, once for each wait', () => {
    let parkCount = 0;
    class CountingClock extends HostClock {
      override park(...args: Parameters<HostClock['park']>): void {
        parkCount += 1;
        super.park(...args);
      }
    }
    const loop = closedAfterwards(new BlockingEventLoop({ clock: new CountingClock() }));
    const startMs = performance.now();
    const twice = function* (): Coroutine<void> {
      yield* sleep(10);
      yield* sleep(10);
    };
    loop.runUntilComplete(twice());
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(20);
    // One more for each where the system woke a little early.
    expect(parkCount).toBeGreaterThanOrEqual(2);
    expect(parkCount).toBeLessThanOrEqual(4);
  });

  test('refuses what only Node could bring on, instead of hanging', () => {
    const loop = create();
    const promise = Promise.resolve(1);
    const text = /cannot be awaited on a blocking loop: .*HostEventLoop/;
    for (const refused of [
      () => loop.runUntilComplete(promise),
      () => loop.runUntilComplete(async () => {}),
      () => loop.runUntilComplete(() => promise),
      () => loop.createTask(async () => {}),
    ]) {
      expect(refused).toThrow(InvalidAwaitError);
      expect(refused).toThrow(text);
    }
    const inside = function* (): Coroutine<unknown> {
      return yield* gather([promise]);
    };
    expect(() => loop.runUntilComplete(inside())).toThrow(text);
    expect(loop.runUntilComplete(answer(1, 'still works'))).toBe('still works');
  });

  test('that can never go on is an error that says who waits for what', () => {
    const loop = create();
    const never = loop.createFuture();
    const wait = function* (): Coroutine<void> {
      yield* never;
    };
    const task = loop.createTask(wait(), { name: 'waiter' });
    const run = (): unknown => loop.runUntilComplete(task);
    expect(run).toThrow(DeadlockError);
    expect(run).toThrow(/<Task pending name='waiter' .*<Future pending>/);
    expect(loop.isRunning()).toBe(false);
    never.setResult(null);
    loop.runUntilComplete(task);
    expect(task.done()).toBe(true);
  });

  test('parks its thread by the clock of the host', async () => {
    const { stdout, code } = await runProgram(`
      import { BlockingEventLoop, sleep } from 'threadloop';
      const loop = new BlockingEventLoop();
      const order = [];
      function* nap(ms) { yield* sleep(ms); order.push(ms); }
      function* main() {
        const tasks = [30, 10, 20].map((ms) => loop.createTask(nap(ms)));
        for (const task of tasks) yield* task;
      }
      const startMs = performance.now();
      loop.runUntilComplete(main());
      console.log(order.join(' '), performance.now() - startMs >= 30);
    `);
    expect([stdout, code]).toEqual(['10 20 30 true\n', 0]);
  });
});
