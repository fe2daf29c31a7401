import {
  type Coroutine,
  DeadlockError,
  HostEventLoop,
  InvalidArgumentError,
  InvalidStateError,
  sleep,
} from 'threadloop';
import { VirtualEventLoop } from 'threadloop/testing';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, nodeTurn, runProgram } from '../loop/fixtures.js';

function create(options?: ConstructorParameters<typeof VirtualEventLoop>[0]): VirtualEventLoop {
  return closedAfterwards(new VirtualEventLoop(options));
}

describe('a virtual loop', () => {
  test('is a host loop whose hours pass at once', async () => {
    const loop = create({ name: 'dream' });
    expect(loop).toBeInstanceOf(HostEventLoop);
    expect(loop.name).toBe('dream');
    const hour = 3_600_000;
    const slept = await loop.runUntilComplete(async () => {
      await sleep(hour);
      return sleep(23 * hour, loop.time());
    });
    expect(slept).toBe(hour);
    expect(loop.time()).toBe(24 * hour);
  });

  test('stands still without autojump, until it is advanced', async () => {
    const loop = create({ autojump: false });
    const log: number[] = [];
    loop.callLater(10, () => log.push(loop.time()));
    loop.callLater(20, () => log.push(loop.time()));
    await loop.runUntilIdle();
    expect(log).toEqual([]);
    loop.advance(15);
    await loop.runUntilIdle();
    expect(log).toEqual([15]);
    loop.advance(5);
    await loop.runUntilIdle();
    expect(log).toEqual([15, 20]);
    expect(() => loop.advance(-1)).toThrow(InvalidArgumentError);
  });

  test('runs until idle: all that is ready and what that makes ready, but no time', async () => {
    const loop = create();
    const log: string[] = [];
    loop.callSoon(() => {
      log.push('ready');
      loop.callSoon(() => {
        log.push('made ready');
        loop.callLater(0, () => log.push('due now'));
      });
    });
    loop.callLater(1, () => log.push('later'));
    await loop.runUntilIdle();
    expect(log).toEqual(['ready', 'made ready', 'due now']);
    expect(loop.time()).toBe(0);
    expect(loop.isRunning()).toBe(false);
  });

  test('finds what is left on it', async () => {
    const loop = create();
    loop.assertNoLeaks();
    const timer = loop.callLater(10, () => {});
    expect(() => loop.assertNoLeaks()).toThrow(InvalidStateError);
    expect(() => loop.assertNoLeaks()).toThrow(/1 callback/);
    timer.cancel();
    loop.assertNoLeaks();
    const future = loop.createFuture<void>();
    const task = loop.createTask(
      (function* (): Coroutine<void> {
        yield* future;
      })(),
      { name: 'forgotten' },
    );
    await loop.runUntilIdle();
    expect(() => loop.assertNoLeaks()).toThrow(/<Task pending name='forgotten'.*<Future pending>/);
    future.setResult();
    await loop.runUntilComplete(task);
    loop.assertNoLeaks();
  });
});

describe('a seed', () => {
  async function orderOf(seed?: number): Promise<number[]> {
    const loop = create(seed === undefined ? {} : { seed });
    const log: number[] = [];
    for (let number = 0; number < 20; number += 1) loop.callAt(5, () => log.push(number));
    for (let number = 20; number < 25; number += 1) loop.callAt(6, () => log.push(number));
    await loop.runUntilComplete(() => sleep(10));
    return log;
  }

  test('shuffles timers of the same time, and no others', async () => {
    const inOrder = Array.from({ length: 25 }, (_, index) => index);
    expect(await orderOf()).toEqual(inOrder);
    const shuffled = await orderOf(1);
    expect(shuffled).not.toEqual(inOrder);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(Math.max(...shuffled.slice(0, 20))).toBe(19);
  });

  test('gives the same order again, and another seed another one', async () => {
    expect(await orderOf(1)).toEqual(await orderOf(1));
    expect(await orderOf(1)).not.toEqual(await orderOf(2));
  });
});

describe('a run that can never end', () => {
  const steps = `
    import { sleep } from 'threadloop';
    import { VirtualEventLoop } from 'threadloop/testing';
    const loop = new VirtualEventLoop();
    const never = loop.createFuture();
    function* wait() { yield* sleep(5); yield* never; }
    const task = loop.createTask(wait(), { name: 'waiter' });`;

  test('is an error in a program of its own, too', async () => {
    const { stdout, code } = await runProgram(`${steps}
      try { await loop.runUntilComplete(task); } catch (error) { console.log(error.name); }
    `);
    expect([stdout, code]).toEqual(['DeadlockError\n', 0]);
  });

  test('is none as long as Node has something under way', async () => {
    const { stdout, code } = await runProgram(`${steps}
      setTimeout(() => never.setResult(), 100);
      await loop.runUntilComplete(task);
      console.log('woken');
    `);
    expect([stdout, code]).toEqual(['woken\n', 0]);
  });

  test('is none where promises bring the work on', async () => {
    const loop = create();
    const value = await loop.runUntilComplete(async () => {
      for (let turns = 0; turns < 10; turns += 1) await nodeTurn();
      return 'value';
    });
    expect(value).toBe('value');
  });

  test('is an error that says who waits for what', async () => {
    const loop = create();
    const never = loop.createFuture<void>();
    const wait = function* (): Coroutine<void> {
      yield* sleep(5);
      yield* never;
    };
    const task = loop.createTask(wait(), { name: 'waiter' });
    const running = loop.runUntilComplete(task);
    await expect(running).rejects.toThrow(DeadlockError);
    await expect(running).rejects.toThrow(/Deadlock at 5 ms/);
    await expect(running).rejects.toThrow(/<Task pending name='waiter' .*<Future pending>/);
    never.setResult();
    await loop.runUntilComplete(task);
  });
});
