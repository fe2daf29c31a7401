// Changing how urgent tasks are that wait already.

import {
  type EventLoop,
  gather,
  InvalidArgumentError,
  type Scheduler,
  scheduler,
  schedulerOf,
  TaskController,
  type TaskControllerInit,
  type TaskPriority,
  TaskPriorityChangeEvent,
  type TaskPriorityChangeEventInit,
  TaskSignal,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';

/** Posts five tasks with a controller each, and gives those and how to run all. */
function postFive(priority: TaskPriority): {
  readonly controllers: readonly TaskController[];
  readonly run: () => Promise<string>;
} {
  const loop = virtualLoop();
  const log: number[] = [];
  const controllers = [0, 1, 2, 3, 4].map(() => new TaskController({ priority }));
  const tasks = controllers.map(({ signal }, number) =>
    schedulerOf(loop).postTask(() => log.push(number), { signal }),
  );
  return {
    controllers,
    run: async () => {
      await loop.runUntilComplete(gather(tasks));
      return log.join();
    },
  };
}

describe('setPriority()', () => {
  test.for([
    ['raises a task', 'background', [[2, 'user-blocking']], '2,0,1,3,4'],
    ['lowers a task', 'user-blocking', [[2, 'background']], '0,1,3,4,2'],
    [
      'raises several, which keep the order of age',
      'background',
      [
        [4, 'user-blocking'],
        [1, 'user-blocking'],
        [3, 'user-blocking'],
      ],
      '1,3,4,0,2',
    ],
    [
      'there and back changes nothing',
      'user-visible',
      [
        [1, 'background'],
        [3, 'user-blocking'],
        [1, 'user-visible'],
        [3, 'user-visible'],
      ],
      '0,1,2,3,4',
    ],
    [
      'puts a task before younger ones that were there already',
      'user-visible',
      [
        [3, 'background'],
        [1, 'background'],
      ],
      '0,2,4,1,3',
    ],
  ] as const)('%s', async ([, before, changes, expected]) => {
    const { controllers, run } = postFive(before);
    for (const [number, priority] of changes) controllers[number]?.setPriority(priority);
    expect(await run()).toBe(expected);
  });

  test('moves all tasks of a signal, and leaves those with a priority of their own', async () => {
    const loop = virtualLoop();
    const { signal, controller } = controllerOf('background');
    const log: string[] = [];
    const names = ['moved', 'own', 'moved', 'other'];
    const options = [{ signal }, { signal, priority: 'background' } as const, { signal }, {}];
    const tasks = names.map((name, index) =>
      schedulerOf(loop).postTask(() => log.push(`${name} ${index}`), options[index]),
    );
    controller.setPriority('user-blocking');
    await loop.runUntilComplete(gather(tasks));
    expect(log).toEqual(['moved 0', 'moved 2', 'other 3', 'own 1']);
  });

  test('can be called again and again while tasks wait', async () => {
    const loop = virtualLoop();
    const { signal, controller } = controllerOf('user-visible');
    const log: number[] = [];
    const post = (number: number, options: object): unknown =>
      schedulerOf(loop).postTask(() => log.push(number), options);
    post(0, { signal });
    post(1, { priority: 'user-blocking' });
    post(2, { priority: 'user-visible' });
    for (let count = 0; count < 1000; count += 1) {
      controller.setPriority('user-blocking');
      controller.setPriority('background');
    }
    await loop.runUntilComplete(async () => scheduler.postTask(() => {}, last));
    controller.setPriority('user-visible');
    post(3, { signal });
    post(4, { priority: 'user-visible' });
    controller.setPriority('background');
    await loop.runUntilComplete(async () => scheduler.postTask(() => {}, last));
    expect(log).toEqual([1, 2, 0, 4, 3]);
  });

  test('counts for a delayed task when its delay is over, and does not shorten it', async () => {
    const loop = virtualLoop();
    const { signal, controller } = controllerOf('background');
    const log: string[] = [];
    const note = (name: string) => () => log.push(`${name} at ${loop.time()}`);
    const post = postOn(loop);
    const tasks = [
      post(() => controller.setPriority('user-blocking'), { delay: 10 }),
      post(note('other'), { delay: 20 }),
      post(note('changed'), { signal, delay: 20 }),
    ];
    await loop.runUntilComplete(gather(tasks));
    expect(log).toEqual(['changed at 20', 'other at 20']);
  });

  test('by a running task counts for the next one', async () => {
    const { controllers, run } = postFive('user-visible');
    const signal = controllers[0]?.signal;
    signal?.addEventListener('prioritychange', () => controllers[4]?.setPriority('user-blocking'));
    controllers[0]?.setPriority('user-blocking');
    expect(await run()).toBe('0,4,1,2,3');
  });

  test('moves tasks before it tells its listeners', async () => {
    const loop = virtualLoop();
    const { signal, controller } = controllerOf('background');
    const log: string[] = [];
    signal.onprioritychange = () => {
      void schedulerOf(loop).postTask(() => log.push('by listener'), { priority: 'user-blocking' });
    };
    void schedulerOf(loop).postTask(() => log.push('waiting'), { signal });
    controller.setPriority('user-blocking');
    await loop.runUntilComplete(async () => scheduler.postTask(() => {}, last));
    expect(log).toEqual(['waiting', 'by listener']);
  });

  test('moves tasks of signals that follow it', async () => {
    const loop = virtualLoop();
    const { signal, controller } = controllerOf('background');
    const log: string[] = [];
    const post = postOn(loop);
    const tasks = [
      post(() => log.push('visible'), {}),
      post(() => log.push('follower'), { signal: TaskSignal.any([], { priority: signal }) }),
      post(() => log.push('fixed'), {
        signal: TaskSignal.any([signal], { priority: 'background' }),
      }),
    ];
    controller.setPriority('user-blocking');
    await loop.runUntilComplete(gather(tasks));
    expect(log).toEqual(['follower', 'visible', 'fixed']);
  });

  test('reaches the tasks of several loops', async () => {
    const loops = [virtualLoop(), virtualLoop()];
    const { signal, controller } = controllerOf('background');
    const log: string[] = [];
    for (const loop of loops) {
      const tasks = [{}, { signal }].map((options, index) =>
        schedulerOf(loop).postTask(() => log.push(index === 0 ? 'other' : 'signal'), options),
      );
      controller.setPriority('user-blocking');
      await loop.runUntilComplete(gather(tasks));
    }
    expect(log).toEqual(['signal', 'other', 'signal', 'other']);
  });

  test('inside a listener of the same signal, or of one that follows it, is refused', () => {
    const { signal, controller } = controllerOf('user-visible');
    const errors: unknown[] = [];
    for (const each of [signal, TaskSignal.any([], { priority: signal })]) {
      each.addEventListener('prioritychange', () => {
        try {
          controller.setPriority('user-blocking');
        } catch (error) {
          errors.push(error);
        }
      });
    }
    controller.setPriority('background');
    expect(errors).toMatchObject([{ name: 'NotAllowedError' }, { name: 'NotAllowedError' }]);
    expect(errors[0]).toBeInstanceOf(DOMException);
    expect(signal.priority).toBe('background');
    controller.setPriority('user-visible');
    expect(signal.priority).toBe('user-visible');
  });

  test('refuses what is no priority, and changes nothing', () => {
    const { signal, controller } = controllerOf('background');
    const allowed = "must be one of 'user-blocking', 'user-visible', 'background', got";
    const set = (): void => controller.setPriority('high' as TaskPriority);
    expect(set).toThrow(new InvalidArgumentError(`setPriority(): priority ${allowed} 'high'`));
    const init = { priority: 3 } as unknown as TaskControllerInit;
    expect(() => new TaskController(init)).toThrow(
      new InvalidArgumentError(`TaskController: priority ${allowed} 3`),
    );
    const text = 'background' as TaskControllerInit;
    expect(() => new TaskController(text)).toThrow('TaskController expects an object of options');
    expect(signal.priority).toBe('background');
  });
});

test('a TaskController is an AbortController whose signal is user-visible by default', () => {
  const controller = new TaskController();
  expect(controller).toBeInstanceOf(AbortController);
  expect(controller.signal).toBe(controller.signal);
  expect(controller.signal.priority).toBe('user-visible');
  controller.abort('gone');
  expect([controller.signal.aborted, controller.signal.reason]).toEqual([true, 'gone']);
});

test('a TaskPriorityChangeEvent can be made by hand', () => {
  const event = new TaskPriorityChangeEvent('prioritychange', {
    previousPriority: 'background',
    cancelable: true,
  });
  expect(event).toBeInstanceOf(Event);
  expect([event.type, event.previousPriority, event.cancelable]).toEqual([
    'prioritychange',
    'background',
    true,
  ]);
  const create = (init?: unknown): TaskPriorityChangeEvent =>
    new TaskPriorityChangeEvent('prioritychange', init as TaskPriorityChangeEventInit);
  expect(() => create({})).toThrow(InvalidArgumentError);
  expect(() => create()).toThrow(InvalidArgumentError);
});

const last = { priority: 'background', delay: 1 } as const;

function controllerOf(priority: TaskPriority): {
  readonly controller: TaskController;
  readonly signal: TaskSignal;
} {
  const controller = new TaskController({ priority });
  return { controller, signal: controller.signal };
}

function postOn(loop: EventLoop): Scheduler['postTask'] {
  return (fn, options) => schedulerOf(loop).postTask(fn, options);
}
