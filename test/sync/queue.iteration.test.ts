// Queues as async iterables, for async functions.

import { isCancelled, LifoQueue, Queue } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { virtualLoop } from '../loop/fixtures.js';
import { coroutines, settle, stage } from './both-kinds.js';

describe('a queue that is iterated', () => {
  test('gives its items as they come, until it is shut down and empty', () =>
    stage(coroutines, function* ({ loop }) {
      const queue = new Queue<number>();
      const seen: number[] = [];
      const consumer = loop.createTask(async () => {
        for await (const item of queue) {
          seen.push(item);
          queue.taskDone();
        }
        return 'ended';
      });
      queue.putNowait(1);
      yield* settle();
      expect(seen).toEqual([1]);
      queue.putNowait(2);
      queue.putNowait(3);
      queue.shutdown();
      expect(yield* consumer).toBe('ended');
      expect(seen).toEqual([1, 2, 3]);
      yield* queue.join();
    }));

  test('is a cancel point at each step', () =>
    stage(coroutines, function* ({ loop }) {
      const queue = new Queue<number>();
      let seen: unknown = null;
      const consumer = loop.createTask(async () => {
        try {
          for await (const item of queue) queue.putNowait(item);
        } catch (error) {
          seen = error;
          throw error;
        }
      });
      yield* settle();
      expect(queue.stats().getterCount).toBe(1);
      consumer.cancel('enough');
      yield* settle();
      expect(consumer.cancelled()).toBe(true);
      expect(isCancelled(seen)).toBe(true);
      expect(queue.stats().getterCount).toBe(0);
      queue.putNowait(1);
      expect(queue.getNowait()).toBe(1);
    }));

  test('takes no item more when its loop is left', () =>
    stage(coroutines, function* ({ loop }) {
      const queue = new Queue<number>();
      for (const item of [1, 2, 3]) queue.putNowait(item);
      const consumer = loop.createTask(async () => {
        for await (const item of queue) if (item === 2) return item;
        return null;
      });
      expect(yield* consumer).toBe(2);
      expect(queue.qsize()).toBe(1);
      expect(queue.stats().getterCount).toBe(0);
    }));

  test('shares its items among several loops', () =>
    stage(coroutines, function* ({ loop }) {
      const queue = new Queue<number>();
      const consume = async (): Promise<number[]> => {
        const seen: number[] = [];
        for await (const item of queue) seen.push(item);
        return seen;
      };
      const consumers = [loop.createTask(consume), loop.createTask(consume)];
      yield* settle();
      for (let item = 0; item < 6; item += 1) queue.putNowait(item);
      queue.shutdown();
      const [first, second] = [yield* consumers[0]!, yield* consumers[1]!];
      expect([...first, ...second].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
      expect([first.length, second.length]).toEqual([3, 3]);
    }));

  test('passes on an error that is not its end', async () => {
    const queue = new Queue<number>();
    const visit = async (): Promise<void> => {
      for await (const item of queue) queue.putNowait(item);
    };
    await stage(coroutines, function* ({ loop }) {
      const task = loop.createTask(visit);
      yield* settle();
      task.cancel();
      yield* settle();
    });
    await expect(virtualLoop().runUntilComplete(visit)).rejects.toThrow(
      'is bound to a different event loop',
    );
  });

  test('gives its items in its own order', async () => {
    const queue = new LifoQueue<number>();
    for (const item of [1, 2, 3]) queue.putNowait(item);
    queue.shutdown();
    const seen: number[] = [];
    await virtualLoop().runUntilComplete(async () => {
      for await (const item of queue) seen.push(item);
    });
    expect(seen).toEqual([3, 2, 1]);
  });
});
