import {
  type Coroutine,
  Future,
  gather,
  InvalidArgumentError,
  Lock,
  sleep,
  type StackFrame,
  type Task,
  timeout,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { createLoop, kinds, runUntilComplete } from '../contract/loop-kinds.js';
import { runOneTick, virtualLoop } from './fixtures.js';

function* inner(delayMs = 50): Coroutine<void> {
  yield* sleep(delayMs);
}

function* middle(delayMs = 50): Coroutine<void> {
  const list = [yield* inner(delayMs)];
  list.pop();
}

class Crawler {
  *visit(): Coroutine<void> {
    // On a loop in real time both must last longer than a busy machine takes for one tick.
    try {
      yield* middle(10_000);
    } finally {
      yield* inner(300);
    }
  }
}

function* endOf(task: Task<unknown>): Coroutine<void> {
  while (!task.done()) yield* sleep(1);
}

function names(frames: readonly StackFrame[]): string[] {
  return frames.map(({ functionName }) => functionName);
}

describe('getStack() of a coroutine that waits', () => {
  test.for(kinds.map((kind) => [kind.title, kind] as const))(
    'gives every yield*, oldest first: on %s',
    async ([, kind]) => {
      const loop = createLoop(kind);
      const task = loop.createTask(new Crawler().visit());
      await runUntilComplete(loop, inner(1));
      const frames = task.getStack();
      expect(names(frames)).toEqual(['Crawler.visit', 'middle', 'inner']);
      for (const frame of frames) {
        expect(frame).toMatchObject({ kind: 'coroutine', line: expect.any(Number) as number });
        expect(frame.file).toMatch(/test\/loop\/visible-task\.waiting\.test\.ts$/);
      }
      const lines = frames.map(({ line }) => line);
      task.cancel();
      await runUntilComplete(loop, sleepOneTick());
      expect(names(task.getStack())).toEqual(['Crawler.visit', 'inner']);
      expect(task.getStack()[0]?.line).toBeGreaterThan(lines[0] as number);
      await runUntilComplete(loop, endOf(task));
      expect(task.cancelled()).toBe(true);
      expect(task.getStack()).toEqual([]);
    },
  );

  test.for([
    ['a future', (): Iterable<unknown> => new Future()],
    ['one tick', () => sleep(0)],
    ['gather', () => gather([inner()])],
    ['a primitive', () => heldLock().acquire()],
    ['a block', () => timeout(1_000, () => inner())],
  ] as const)('at %s', async ([, toWait]) => {
    const loop = virtualLoop();
    function* waiting(): Coroutine<void> {
      yield* toWait() as Coroutine<unknown>;
    }
    const task = loop.createTask(waiting());
    await runOneTick(loop);
    expect(names(task.getStack())[0]).toBe('waiting');
    task.cancel();
    await loop.runUntilComplete(inner(1));
    expect(task.cancelled()).toBe(true);
  });

  test('stays when what it waits for is done and it has not gone on yet', async () => {
    const loop = virtualLoop();
    const future = loop.createFuture<string>();
    function* waiting(): Coroutine<string> {
      return yield* future;
    }
    const task = loop.createTask(waiting());
    await loop.runUntilComplete(sleepOneTick());
    future.setResult('value');
    expect(names(task.getStack())).toEqual(['waiting']);
    expect(future.threadloopAwaited).toBe(false);
    expect(await loop.runUntilComplete(task)).toBe('value');
  });

  test('keeps the newest frames within a limit', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(new Crawler().visit());
    await loop.runUntilComplete(sleepOneTick());
    expect(names(task.getStack({ limit: 2 }))).toEqual(['middle', 'inner']);
    expect(task.getStack({ limit: 9 })).toHaveLength(3);
    expect(task.getStack({ limit: 0 })).toEqual([]);
    expect(task.getStack({ limit: -1 })).toEqual([]);
    expect(task.getStack({ limit: null })).toHaveLength(3);
    expect(() => task.getStack({ limit: 1.5 })).toThrow(InvalidArgumentError);
    expect(() => task.getStack({ limit: NaN })).toThrow('limit must be a whole number or null');
  });

  test('is whole however deep it is, and leaves the limit of stacks as it was', async () => {
    const loop = virtualLoop();
    const limitBefore = Error.stackTraceLimit;
    function* deep(count: number): Coroutine<void> {
      if (count > 1) yield* deep(count - 1);
      else yield* inner();
    }
    const task = loop.createTask(deep(500));
    await loop.runUntilComplete(sleepOneTick());
    expect(task.getStack()).toHaveLength(501);
    expect(Error.stackTraceLimit).toBe(limitBefore);
  });

  test('shows frames of this package where there are no others', async () => {
    const loop = virtualLoop();
    const lock = heldLock();
    const task = loop.createTask(lock.acquire()[Symbol.iterator]());
    await loop.runUntilComplete(sleepOneTick());
    expect(names(task.getStack())).toEqual(['#acquire', 'WaiterQueue.wait']);
  });

  test('has nothing to show at a bare yield, and does not move it', async () => {
    const loop = virtualLoop();
    const log: string[] = [];
    function* bare(): Coroutine<void> {
      yield* sleep(0);
      log.push('before');
      yield null;
      log.push('after');
    }
    const task = loop.createTask(bare());
    const stacks: unknown[] = [];
    for (let tick = 0; tick < 3; tick += 1) {
      await runOneTick(loop);
      stacks.push(names(task.getStack()), log.length);
    }
    expect(stacks).toEqual([['bare'], 0, [], 1, [], 2]);
  });

  test('survives a program that formats stacks in its own way', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(inner());
    await loop.runUntilComplete(sleepOneTick());
    const before: unknown = Reflect.get(Error, 'prepareStackTrace');
    Reflect.set(Error, 'prepareStackTrace', (_error: Error, sites: unknown) => sites);
    expect(task.getStack()).toEqual([]);
    Reflect.set(Error, 'prepareStackTrace', before);
    expect(names(task.getStack())).toEqual(['inner']);
  });
});

function* sleepOneTick(): Coroutine<void> {
  yield* sleep(0);
}

/** A lock that nobody will release. */
function heldLock(): Lock {
  const lock = new Lock();
  lock.acquire()[Symbol.iterator]().next();
  return lock;
}
