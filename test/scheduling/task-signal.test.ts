// Task signals by themselves: what they are, what they follow, and who hears of a change.

import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import {
  InvalidArgumentError,
  TaskController,
  type TaskPriority,
  type TaskPriorityChangeEvent,
  TaskSignal,
  type TaskSignalAnyInit,
} from 'threadloop';
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { collectGarbage, nodeTurn } from '../loop/fixtures.js';

describe('a task signal', () => {
  test('is an abort signal with a priority', () => {
    const { signal } = new TaskController({ priority: 'background' });
    expect(signal).toBeInstanceOf(TaskSignal);
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(signal.priority).toBe('background');
    expect(Object.prototype.toString.call(signal)).toBe('[object TaskSignal]');
    expect(inspect(signal)).toBe("<TaskSignal priority='background' aborted=false>");
    expectTypeOf(signal.priority).toEqualTypeOf<TaskPriority>();
  });

  test('cannot be made with new, nor by another class', () => {
    expect(() => void Reflect.construct(TaskSignal, [])).toThrow(TypeError);
    const stranger = Object.create(TaskSignal.prototype) as TaskSignal;
    expect(() => stranger.priority).toThrow(new InvalidArgumentError('this is not a TaskSignal'));
  });

  test('works wherever Node takes an abort signal', async () => {
    const controller = new TaskController();
    const composed = AbortSignal.any([controller.signal]);
    const fetched = fetch('data:,x', { signal: AbortSignal.any([controller.signal]) });
    await (await fetched).text();
    controller.abort('gone');
    expect([composed.aborted, composed.reason]).toEqual([true, 'gone']);
    await expect(fetch('data:,x', { signal: controller.signal })).rejects.toBe('gone');
  });
});

describe('onprioritychange', () => {
  test('is called with the event, the signal as this', () => {
    const controller = new TaskController();
    const { signal } = controller;
    const seen: unknown[] = [];
    signal.onprioritychange = function note(event) {
      expectTypeOf(event).toEqualTypeOf<TaskPriorityChangeEvent>();
      seen.push([this === signal, event.type, event.previousPriority, signal.priority]);
    };
    controller.setPriority('background');
    controller.setPriority('background');
    controller.setPriority('user-blocking');
    expect(seen).toEqual([
      [true, 'prioritychange', 'user-visible', 'background'],
      [true, 'prioritychange', 'background', 'user-blocking'],
    ]);
  });

  test('keeps its turn when it is replaced, and loses it when it is taken away', () => {
    const controller = new TaskController();
    const { signal } = controller;
    const log: string[] = [];
    expect(signal.onprioritychange).toBe(null);
    signal.onprioritychange = () => log.push('replaced');
    signal.addEventListener('prioritychange', () => log.push('listener'));
    const handler = (): unknown => log.push('handler');
    signal.onprioritychange = handler;
    expect(signal.onprioritychange).toBe(handler);
    controller.setPriority('background');
    signal.onprioritychange = null;
    controller.setPriority('user-visible');
    signal.onprioritychange = handler;
    controller.setPriority('background');
    expect(log).toEqual(['handler', 'listener', 'listener', 'listener', 'handler']);
    expect(getEventListeners(signal, 'prioritychange')).toHaveLength(2);
  });

  test('takes what is no function for nothing', () => {
    const { signal } = new TaskController();
    signal.onprioritychange = 'text' as unknown as null;
    expect(signal.onprioritychange).toBe(null);
  });

  test('and listeners get the exact type of event, and can be taken back', () => {
    const controller = new TaskController();
    const listener = vi.fn((event: TaskPriorityChangeEvent) => event.previousPriority);
    controller.signal.addEventListener('prioritychange', listener, { once: false });
    controller.setPriority('background');
    controller.signal.removeEventListener('prioritychange', listener);
    controller.setPriority('user-visible');
    expect(listener.mock.results).toEqual([{ type: 'return', value: 'user-visible' }]);
  });
});

describe('TaskSignal.any()', () => {
  test('keeps the priority that it is given, user-visible where it is given none', () => {
    expect(TaskSignal.any([]).priority).toBe('user-visible');
    for (const priority of ['user-blocking', 'user-visible', 'background'] as const) {
      expect(TaskSignal.any([], { priority }).priority).toBe(priority);
    }
    expect(TaskSignal.any([])).toBeInstanceOf(TaskSignal);
  });

  test('takes no priority from the signals that may abort it', () => {
    const controller = new TaskController({ priority: 'background' });
    const signal = TaskSignal.any([controller.signal]);
    controller.setPriority('user-blocking');
    expect(signal.priority).toBe('user-visible');
  });

  test('is aborted with the first of its signals, and with none of the priority', () => {
    const [first, second, priority] = [1, 2, 3].map(() => new TaskController());
    const sources = new Set([first, second].map((each) => each?.signal as AbortSignal));
    const leader = priority?.signal as TaskSignal;
    const signal = TaskSignal.any(sources, { priority: leader });
    const onAbort = vi.fn();
    signal.addEventListener('abort', onAbort);
    priority?.abort();
    expect(signal.aborted).toBe(false);
    second?.abort('second');
    first?.abort('first');
    expect([signal.aborted, signal.reason, onAbort.mock.calls.length]).toEqual([true, 'second', 1]);
    expect(TaskSignal.any([AbortSignal.abort('before')]).reason).toBe('before');
  });

  test('follows the priority of a signal, also through others that follow it', () => {
    const controller = new TaskController({ priority: 'background' });
    const follower = TaskSignal.any([], { priority: controller.signal });
    const fartherOff = TaskSignal.any([], { priority: follower });
    const fixed = TaskSignal.any([], { priority: TaskSignal.any([], { priority: 'background' }) });
    const signals = [controller.signal, follower, fartherOff, fixed];
    const log: string[] = [];
    signals.forEach((signal, index) => {
      signal.onprioritychange = (event) => {
        expect(event.target).toBe(signal);
        log.push(`${index}: ${event.previousPriority} to ${signal.priority}`);
      };
    });
    expect(signals.map((signal) => signal.priority)).toEqual(Array(4).fill('background'));
    controller.setPriority('user-blocking');
    controller.setPriority('user-visible');
    expect(log).toEqual([
      '0: background to user-blocking',
      '1: background to user-blocking',
      '2: background to user-blocking',
      '0: user-blocking to user-visible',
      '1: user-blocking to user-visible',
      '2: user-blocking to user-visible',
    ]);
    expect(fixed.priority).toBe('background');
  });

  test('follows a priority also when it is aborted', () => {
    const controller = new TaskController();
    const signal = TaskSignal.any([AbortSignal.abort()], { priority: controller.signal });
    controller.abort();
    controller.setPriority('background');
    expect(signal.priority).toBe('background');
  });

  test('made while a change is being told has the new priority, and no event', () => {
    const controller = new TaskController();
    const log: string[] = [];
    controller.signal.onprioritychange = () => {
      const signal = TaskSignal.any([], { priority: controller.signal });
      signal.onprioritychange = () => log.push('late follower');
      log.push(signal.priority);
    };
    controller.setPriority('background');
    expect(log).toEqual(['background']);
  });

  test('is still heard when nobody else holds it, and forgotten when nobody listens', async () => {
    const controller = new TaskController();
    const log: string[] = [];
    const forgotten: WeakRef<TaskSignal>[] = [];
    const create = (): void => {
      const heard = TaskSignal.any([], { priority: controller.signal });
      heard.addEventListener('prioritychange', () => log.push('heard'));
      forgotten.push(new WeakRef(TaskSignal.any([], { priority: controller.signal })));
    };
    create();
    await nodeTurn();
    await collectGarbage();
    controller.setPriority('background');
    expect(log).toEqual(['heard']);
    expect(forgotten.map((each) => each.deref())).toEqual([undefined]);
  });

  test.for([
    [
      [new AbortController().signal, {}],
      {},
      'TaskSignal.any(): signals[1] must be an AbortSignal, got {}',
    ],
    [
      [],
      { priority: 'urgent' },
      "TaskSignal.any(): priority, unless a TaskSignal, must be one of 'user-blocking', " +
        "'user-visible', 'background', got 'urgent'",
    ],
  ] as const)('refuses %o, %o', ([signals, init, message]) => {
    const create = (): TaskSignal =>
      TaskSignal.any(signals as readonly AbortSignal[], init as TaskSignalAnyInit);
    expect(create).toThrow(new InvalidArgumentError(message));
  });
});
