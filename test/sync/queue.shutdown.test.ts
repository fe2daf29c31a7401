// The end of a queue: who is refused, what is still given, and what is dropped.

import { Queue } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, settle, stage, tick } from './both-kinds.js';

describe.for(kinds)('a queue $title', (kind) => {
  test('A-114 dropped at once is joined when the item that is out is done', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      queue.putNowait(1);
      queue.putNowait(2);
      expect(yield* queue.get()).toBe(1);
      const joiner = start(() => on(queue.join()));
      yield* settle();
      queue.shutdown(true);
      yield* settle();
      expect(queue.qsize()).toBe(0);
      expect(joiner.done()).toBe(false);
      queue.taskDone();
      yield* settle();
      expect(joiner.done()).toBe(true);
    }));

  test('A-114 dropped at once is joined at once when no item is out', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      queue.putNowait(1);
      const joiner = start(() => on(queue.join()));
      yield* settle();
      expect(joiner.done()).toBe(false);
      queue.shutdown(true);
      yield* settle();
      expect(joiner.done()).toBe(true);
      expect(yield* start(() => on(queue.join()))).toBe(undefined);
    }));

  test('that is shut down refuses producers, also those that wait', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      const producers = [2, 3].map((item) => start(() => on(queue.put(item))));
      yield* settle();
      queue.shutdown();
      yield* settle();
      for (const producer of producers) expectShutDown(() => producer.result());
      expectShutDown(() => queue.putNowait(4));
      const late = start(() => on(queue.put(4)));
      yield* settle();
      expectShutDown(() => late.result());
      expect(queue.qsize()).toBe(1);
    }));

  test('that is shut down gives what it holds, and then ends', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      queue.putNowait(1);
      queue.putNowait(2);
      queue.shutdown();
      queue.shutdown();
      expect(yield* start(() => on(queue.get()))).toBe(1);
      expect(queue.getNowait()).toBe(2);
      const late = start(() => on(queue.get()));
      yield* settle();
      expectShutDown(() => late.result());
      expectShutDown(() => queue.getNowait());
      queue.taskDone();
      queue.taskDone();
      yield* queue.join();
    }));

  test('that is shut down ends for all who wait for an item', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      const readers = [1, 2, 3].map(() => start(() => on(queue.get())));
      yield* settle();
      queue.putNowait(1);
      queue.shutdown();
      yield* settle();
      expect(readers[0]?.result()).toBe(1);
      for (const reader of readers.slice(1)) expectShutDown(() => reader.result());
    }));
});

describe('a queue', () => {
  test('ends for a newcomer that came behind the last reader', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(queue.get()));
      yield* tick();
      queue.putNowait(1);
      queue.shutdown();
      const newcomer = queue.get()[Symbol.iterator]();
      expect(newcomer.next().done).toBe(false);
      yield* settle();
      expect(reader.result()).toBe(1);
      expectShutDown(() => newcomer.next());
    }));

  test('gives the last item to a newcomer when the reader before it is cancelled', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(queue.get()));
      yield* tick();
      queue.putNowait(1);
      queue.shutdown();
      const newcomer = queue.get()[Symbol.iterator]();
      newcomer.next();
      reader.cancel();
      yield* settle();
      expect(newcomer.next()).toEqual({ done: true, value: 1 });
    }));

  test('can drop items whose work was called done ahead of time', () => {
    const queue = new Queue<number>();
    queue.putNowait(1);
    queue.putNowait(2);
    queue.taskDone();
    queue.shutdown(true);
    expect(queue.stats()).toMatchObject({ itemCount: 0, unfinishedCount: 0, isShutDown: true });
  });
});

function expectShutDown(call: () => unknown): void {
  const message = 'Queue is shut down';
  expect(call).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_SHUT_DOWN', message }));
}
