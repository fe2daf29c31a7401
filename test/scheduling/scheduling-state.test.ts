// What `yield()` takes over from the task that it is called in, and how far that reaches.

import { setTimeout as pause } from 'node:timers/promises';
import {
  type Coroutine,
  gather,
  HostEventLoop,
  scheduler,
  schedulerOf,
  type SchedulerPostTaskOptions,
  sleep,
  TaskController,
  type TaskPriority,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { closedAfterwards, virtualLoop } from '../loop/fixtures.js';

/** `yield` and a task of the given priority side by side: who comes first. */
async function race(priority: TaskPriority): Promise<string> {
  const log: string[] = [];
  const task = scheduler.postTask(() => log.push('task'), { priority });
  await scheduler.yield();
  log.push('yield');
  await task;
  return log.join();
}

const sources = [
  ['a priority', (priority: TaskPriority): SchedulerPostTaskOptions => ({ priority })],
  [
    'a signal',
    (priority: TaskPriority): SchedulerPostTaskOptions => ({
      signal: new TaskController({ priority }).signal,
    }),
  ],
] as const;

describe.for(sources)('yield() takes over %s', ([, optionsOf]) => {
  test.for<readonly [string, () => PromiseLike<unknown>]>([
    ['at once', async () => {}],
    ['after a promise', () => Promise.resolve()],
    ["after a timer of Node's", () => pause(1)],
    ['after a sleep', () => sleep(1)],
    ['after another yield', () => scheduler.yield()],
  ])('%s', async ([, wait]) => {
    const loop = closedAfterwards(new HostEventLoop());
    const tasks = (['user-blocking', 'background'] as const).map((priority) =>
      schedulerOf(loop).postTask(async () => {
        await wait();
        return race('user-blocking');
      }, optionsOf(priority)),
    );
    const [blocking, background] = await loop.runUntilComplete(gather(tasks));
    expect(blocking).toBe('yield,task');
    expect(background).toBe('task,yield');
  });

  test('in a coroutine, and in a task that it starts', async () => {
    const loop = virtualLoop();
    const work = function* (): Coroutine<readonly string[]> {
      yield* sleep(1);
      const log: string[] = [];
      const task = scheduler.postTask(() => log.push('task'));
      yield* scheduler.yield();
      log.push('yield');
      yield* task;
      const child = loop.createTask(async () => race('user-visible'));
      return [log.join(), yield* child];
    };
    const task = schedulerOf(loop).postTask(work, optionsOf('background'));
    expect(await loop.runUntilComplete(task)).toEqual(['task,yield', 'task,yield']);
  });

  test('in callbacks and timers that the task sets', async () => {
    const loop = virtualLoop();
    const results = loop.createFuture<string>();
    void schedulerOf(loop).postTask(() => {
      loop.callLater(1, () => void race('user-visible').then((text) => results.setResult(text)));
    }, optionsOf('background'));
    expect(await loop.runUntilComplete(results)).toBe('task,yield');
  });
});

test('outside any task yield() is user-visible', async () => {
  const loop = virtualLoop();
  expect(
    await loop.runUntilComplete(async () => [
      await race('user-blocking'),
      await race('user-visible'),
      await race('background'),
    ]),
  ).toEqual(['task,yield', 'yield,task', 'yield,task']);
});

test('what a task takes over does not reach those who wait for it', async () => {
  const loop = virtualLoop();
  const seen = await loop.runUntilComplete(async () => {
    await scheduler.postTask(async () => scheduler.yield(), { priority: 'background' });
    return race('user-visible');
  });
  expect(seen).toBe('yield,task');
});

test('a task inside a task has its own', async () => {
  const loop = virtualLoop();
  const inner = schedulerOf(loop).postTask(
    async () => scheduler.postTask(async () => race('user-visible')),
    { priority: 'background' },
  );
  expect(await loop.runUntilComplete(inner)).toBe('yield,task');
});

test('a continuation follows the signal of its task while it waits', async () => {
  const loop = virtualLoop();
  const controller = new TaskController({ priority: 'user-blocking' });
  const log: string[] = [];
  const yielding = schedulerOf(loop).postTask(
    async () => {
      const task = scheduler.postTask(() => log.push('task'));
      const pending = scheduler.yield();
      controller.setPriority('background');
      await pending;
      log.push('yield');
      await task;
    },
    { signal: controller.signal },
  );
  await loop.runUntilComplete(yielding);
  expect(log).toEqual(['task', 'yield']);
});
