import {
  allTasks,
  type Coroutine,
  currentTask,
  gather,
  NoRunningLoopError,
  sleep,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { hostLoop, nodeTurn, runOneTick, virtualLoop } from './fixtures.js';
import { kindsOfWork } from './kinds-of-work.js';

const currentName = (): string | null => currentTask()?.getName() ?? null;

describe('the current task', () => {
  test.for(kindsOfWork)('of %s is its own, after each wait', async ([, make]) => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const steps = function* (): Coroutine<void> {
      for (let count = 0; count < 3; count += 1) {
        seen.push(currentName());
        yield* sleep(1);
      }
    };
    const tasks = ['a', 'b'].map((name) => loop.createTask(make(steps), { name }));
    for (const task of tasks) await loop.runUntilComplete(task);
    expect(seen).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  test('of an async function is known after native waits and in what it calls', async () => {
    const loop = virtualLoop();
    const deep = async (depth: number): Promise<(string | null)[]> => {
      await nodeTurn();
      const here = currentName();
      return depth === 0 ? [here] : [here, ...(await deep(depth - 1))];
    };
    const task = loop.createTask(
      async () => {
        const nested = await Promise.all([deep(1), sleep(1).then(() => currentName()), deep(0)]);
        return [nested, currentName()];
      },
      { name: 'async' },
    );
    expect(await loop.runUntilComplete(task)).toEqual([
      [['async', 'async'], 'async', ['async']],
      'async',
    ]);
  });

  test('of a coroutine inside an async function is its own, and back', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const inner = function* (): Coroutine<void> {
      seen.push(currentName());
      yield* sleep(1);
      seen.push(currentName());
    };
    const task = loop.createTask(
      async () => {
        const child = loop.createTask(inner(), { name: 'inner' });
        seen.push(currentName());
        await child;
        seen.push(currentName());
        await loop.createTask(async () => seen.push(currentName()), { name: 'async inner' });
        seen.push(currentName());
      },
      { name: 'outer' },
    );
    await loop.runUntilComplete(task);
    expect(seen).toEqual(['outer', 'inner', 'inner', 'outer', 'async inner', 'outer']);
  });

  test('of coroutines that gather() runs is that of each', async () => {
    const loop = virtualLoop();
    const steps = function* (): Coroutine<unknown> {
      yield* sleep(1);
      return currentTask();
    };
    const main = function* (): Coroutine<unknown[]> {
      const tasks = yield* gather([steps(), steps()]);
      return [...tasks, currentTask()];
    };
    const tasks = await loop.runUntilComplete(main());
    expect(new Set(tasks).size).toBe(3);
    expect(tasks).not.toContain(null);
  });

  test('is null in a plain callback, whoever scheduled it', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const note = (): unknown => seen.push(currentTask());
    loop.callSoon(note);
    await loop.runUntilComplete(async () => {
      loop.callSoon(note);
      loop.callLater(1, note);
      const done = loop.createFuture();
      done.addDoneCallback(note);
      done.setResult(null);
      await sleep(5);
    });
    expect(seen).toEqual([null, null, null, null]);
  });

  test('is null in a callback also after it waited, whoever scheduled it', async () => {
    const loop = virtualLoop();
    const seen: unknown[] = [];
    const note = async (): Promise<void> => {
      await nodeTurn();
      seen.push(currentName());
    };
    const task = loop.createTask(
      async () => {
        loop.callSoon(note);
        loop.callLater(1, note);
        const done = loop.createFuture();
        done.addDoneCallback(note);
        done.setResult(null);
        await sleep(5);
        await nodeTurn();
        await nodeTurn();
      },
      { name: 'scheduler' },
    );
    await loop.runUntilComplete(task);
    expect(seen).toEqual([null, null, null]);
  });

  test('is null outside of tasks, and unknown where no loop runs', async () => {
    expect(() => currentTask()).toThrow(NoRunningLoopError);
    expect(() => currentTask()).toThrow('no running event loop');
    const loop = hostLoop();
    const running = loop.runForever();
    expect(currentTask()).toBeNull();
    await nodeTurn();
    expect(currentTask()).toBeNull();
    loop.stop();
    await running;
  });

  test('is null for what goes on after the end of an async function', async () => {
    const loop = virtualLoop();
    let later: Promise<unknown> | undefined;
    await loop.runUntilComplete(async () => {
      later = nodeTurn().then(nodeTurn).then(currentTask);
    });
    const running = loop.runForever();
    expect(await later).toBeNull();
    loop.stop();
    await running;
  });
});

describe('all tasks', () => {
  test.for(kindsOfWork)('are those of the loop that are not done: %s', async ([, make]) => {
    const loop = virtualLoop();
    const other = virtualLoop();
    const nap = function* (): Coroutine<void> {
      yield* sleep(10);
    };
    const foreign = other.createTask(make(nap));
    const sleepers = Array.from({ length: 100 }, () => loop.createTask(make(nap)));
    const main = loop.createTask(
      make(function* (): Coroutine<boolean> {
        yield* sleep(1);
        const tasks = allTasks();
        expect(tasks.size).toBe(101);
        expect(tasks).toEqual(new Set([...sleepers, currentTask()]));
        sleepers[0]?.cancel();
        yield* sleep(1);
        return allTasks().has(sleepers[0] as never);
      }),
    );
    expect(await loop.runUntilComplete(main)).toBe(false);
    expect(allTasks(loop)).toEqual(new Set(sleepers.slice(1)));
    await loop.runUntilComplete(() => sleep(20));
    expect(allTasks(loop).size).toBe(0);
    expect(allTasks(other)).toEqual(new Set([foreign]));
    other.close();
  });

  test('can be asked for outside a run, by naming the loop', async () => {
    const loop = hostLoop();
    expect(() => allTasks()).toThrow(NoRunningLoopError);
    expect(allTasks(loop)).toEqual(new Set());
    const task = loop.createTask(() => 1);
    expect(allTasks(loop)).toEqual(new Set([task]));
    await runOneTick(loop);
    expect(allTasks(loop)).toEqual(new Set());
  });

  test('come as a set of their own, which changes nothing', () => {
    const loop = hostLoop();
    void loop.createTask(() => 1);
    allTasks(loop).clear();
    expect(allTasks(loop).size).toBe(1);
  });
});
