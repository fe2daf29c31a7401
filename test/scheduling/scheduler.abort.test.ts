// What an abort does to a posted task: before it is posted, before and while it runs, and after.

import { getEventListeners } from 'node:events';
import {
  CancelledError,
  type Coroutine,
  type Future,
  gather,
  type HostEventLoop,
  scheduler,
  schedulerOf,
  type SchedulerPostTaskOptions,
  sleep,
  TaskController,
  TaskSignal,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { recordReports, virtualLoop } from '../loop/fixtures.js';

const controllers = [
  ['an AbortController', () => new AbortController()],
  ['a TaskController', () => new TaskController()],
] as const;

/** Posts a task that notes that it ran; says how it ended. */
function post(
  loop: HostEventLoop,
  options: SchedulerPostTaskOptions,
): { readonly outcome: () => Promise<unknown>; readonly task: Future<string> } {
  const task = schedulerOf(loop).postTask(() => 'ran', options);
  const outcome = async (): Promise<unknown> => loop.runUntilComplete(gather([task], all));
  return { task, outcome };
}

const all = { returnExceptions: true } as const;

describe.for(controllers)('the abort of %s', ([, create]) => {
  test.for([
    ['queued', {}],
    ['delayed', { delay: 10 }],
    ['given a priority of its own', { priority: 'background' }],
  ] as const)('keeps a task from running that is %s', async ([, options]) => {
    const loop = virtualLoop();
    const controller = create();
    const { outcome, task } = post(loop, { signal: controller.signal, ...options });
    const reason = new Error('not needed');
    controller.abort(reason);
    expect(task.done()).toBe(true);
    expect(await outcome()).toEqual([reason]);
    expect(loop.pendingCount() + loop.time()).toBe(0);
  });

  test('that came before keeps a task from being queued at all', async () => {
    const loop = virtualLoop();
    const controller = create();
    controller.abort('a text');
    const { outcome, task } = post(loop, { signal: controller.signal });
    expect(task.done()).toBe(true);
    expect(loop.pendingCount()).toBe(0);
    expect(await outcome()).toEqual(['a text']);
  });

  test('without a reason is an AbortError', async () => {
    const loop = virtualLoop();
    const controller = create();
    const { task } = post(loop, { signal: controller.signal });
    controller.abort();
    await expect(loop.runUntilComplete(task)).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('with the reason undefined, null or zero keeps it', async () => {
    for (const reason of [null, 0, false, '']) {
      const loop = virtualLoop();
      const controller = create();
      const { outcome } = post(loop, { signal: controller.signal });
      controller.abort(reason);
      expect(await outcome()).toEqual([reason]);
    }
  });

  test('by its own function, before it waits, fails the task with the reason', async () => {
    const loop = virtualLoop();
    const reports = recordReports(loop);
    const controller = create();
    const { signal } = controller;
    const reason = new Error('enough');
    const abort = (): string => {
      controller.abort(reason);
      return 'ran on';
    };
    const plain = schedulerOf(loop).postTask(abort, { signal });
    expect(await loop.runUntilComplete(gather([plain], all))).toEqual([reason]);
    expect(reports).toEqual([]);
  });

  test('after that does not touch the task, but what it waits for may be', async () => {
    const loop = virtualLoop();
    const controller = create();
    const { signal } = controller;
    const sleeping = schedulerOf(loop).postTask(async () => sleep(20, 'slept'), { signal });
    const coroutine = schedulerOf(loop).postTask(
      function* (): Coroutine<string> {
        return yield* sleep(20, 'slept');
      },
      { signal },
    );
    loop.callLater(10, () => controller.abort());
    const results = await loop.runUntilComplete(gather([sleeping, coroutine]));
    expect(results).toEqual(['slept', 'slept']);
  });

  test('after its end does nothing', async () => {
    const loop = virtualLoop();
    const controller = create();
    const { task } = post(loop, { signal: controller.signal });
    expect(await loop.runUntilComplete(task)).toBe('ran');
    controller.abort();
    expect(task.result()).toBe('ran');
  });

  test('reaches all tasks that share the signal, and no others', async () => {
    const loop = virtualLoop();
    const controller = create();
    const shared = [{}, { delay: 5 }, { priority: 'user-blocking' }] as const;
    const hit = shared.map((options) => post(loop, { ...options, signal: controller.signal }).task);
    const other = post(loop, { signal: create().signal }).task;
    controller.abort('gone');
    const results = await loop.runUntilComplete(gather([...hit, other], all));
    expect(results).toEqual(['gone', 'gone', 'gone', 'ran']);
  });

  test('is heard although another listener keeps it to itself', async () => {
    const loop = virtualLoop();
    const controller = create();
    controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation());
    const { outcome } = post(loop, { signal: controller.signal });
    controller.abort('gone');
    expect(await outcome()).toEqual(['gone']);
  });
});

test('the abort of one of the signals in TaskSignal.any() aborts the task', async () => {
  const loop = virtualLoop();
  const [plain, task] = [new AbortController(), new TaskController()];
  const signal = TaskSignal.any([plain.signal, task.signal], { priority: 'background' });
  const { outcome } = post(loop, { signal });
  plain.abort('the plain one');
  task.abort('the other one');
  expect(await outcome()).toEqual(['the plain one']);
});

test('an abort by cancelling the task that a signal belongs to cancels', async () => {
  const loop = virtualLoop();
  const owner = loop.createTask(async () => sleep(100));
  const { task } = post(loop, { signal: owner.signal, delay: 50 });
  loop.callLater(10, () => owner.cancel('over'));
  await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('over'));
  expect(task.cancelled()).toBe(true);
});

test('an abort after the loop was closed still fails the tasks', async () => {
  const loop = virtualLoop();
  const controller = new TaskController();
  const tasks = [{}, { delay: 5 }].map(
    (options) => post(loop, { ...options, signal: controller.signal }).task,
  );
  await loop.runUntilComplete(loop.createTask(() => {}));
  loop.close();
  controller.setPriority('background');
  controller.abort('gone');
  expect(tasks.map((task) => task.done())).toEqual([true, true]);
  const delayed = tasks[1] as Future<string>;
  await expect(delayed).rejects.toBe('gone');
});

test('an error of a function that aborted its own task is reported', async () => {
  const loop = virtualLoop();
  const reports = recordReports(loop);
  const controller = new AbortController();
  const failure = new Error('and then it fell');
  const task = schedulerOf(loop).postTask(
    () => {
      controller.abort('gone');
      throw failure;
    },
    { signal: controller.signal },
  );
  expect(await loop.runUntilComplete(gather([task], all))).toEqual(['gone']);
  expect(reports).toHaveLength(1);
  expect(reports[0]?.message).toBe('A posted task failed after it was aborted');
  expect(reports[0]?.exception).toBe(failure);
  expect(reports[0]?.future).toBe(task);
});

test('a signal is listened to once, however many tasks wait, and let go of after', async () => {
  const loop = virtualLoop();
  const { signal } = new TaskController();
  const tasks = Array.from({ length: 100 }, () => post(loop, { signal }).task);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await loop.runUntilComplete(gather(tasks));
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

describe('yield()', () => {
  test('fails at once in a task whose signal is aborted', async () => {
    const loop = virtualLoop();
    const controller = new TaskController();
    const reports = recordReports(loop);
    const task = schedulerOf(loop).postTask(
      async () => {
        controller.abort('gone');
        await scheduler.yield();
      },
      { signal: controller.signal },
    );
    expect(await loop.runUntilComplete(gather([task], all))).toEqual(['gone']);
    await loop.runUntilComplete(async () => sleep(1));
    expect(reports).toEqual([]);
  });

  test.for([
    ['a TaskController', () => new TaskController(), {}],
    ['a TaskController, with another priority', () => new TaskController(), other()],
    ['an AbortController', () => new AbortController(), {}],
  ] as const)('fails when it waits and its task is aborted by %s', async ([, create, options]) => {
    const loop = virtualLoop();
    const controller = create();
    const reason = new Error('gone');
    const works = [
      async (): Promise<void> => {
        void scheduler.postTask(() => controller.abort(reason), { priority: 'user-blocking' });
        await scheduler.yield();
      },
      function* (): Coroutine<void> {
        yield* scheduler.yield();
      },
    ];
    const tasks = works.map((work) =>
      schedulerOf(loop).postTask<void>(work, { signal: controller.signal, ...options }),
    );
    expect(await loop.runUntilComplete(gather(tasks, all))).toEqual([reason, reason]);
  });

  test('can be cancelled like any other wait', async () => {
    const loop = virtualLoop();
    const task = loop.createTask(async () => {
      loop.callSoon(() => task.cancel('now'));
      await scheduler.yield();
    });
    await expect(loop.runUntilComplete(task)).rejects.toThrow(new CancelledError('now'));
  });
});

function other(): SchedulerPostTaskOptions {
  return { priority: 'background' };
}
