// A queue whose waiting tasks are cancelled: no item and no room is lost.

import { Queue, waitFor } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { kinds, on, settle, stage } from './both-kinds.js';

describe.for(kinds)('a queue $title', (kind) => {
  test('A-111 gives the items of a reader that is cancelled to the next', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      const readers = [1, 2, 3].map(() => start(() => on(queue.get())));
      yield* settle();
      readers[0]?.cancel();
      queue.putNowait(1);
      queue.putNowait(2);
      yield* settle();
      expect(readers[0]?.cancelled()).toBe(true);
      expect(readers.slice(1).map((reader) => reader.result())).toEqual([1, 2]);
    }));

  test('A-116 keeps no reader whose time is up', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(waitFor(queue.get(), 100)));
      yield* settle();
      expect(queue.stats().getterCount).toBe(1);
      let error: unknown = null;
      try {
        yield* reader;
      } catch (reason) {
        error = reason;
      }
      expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
      expect(queue.stats().getterCount).toBe(0);
      queue.putNowait(1);
      expect(queue.getNowait()).toBe(1);
    }));

  test('forgets a producer that is cancelled, and what it had to put', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<string>(1);
      queue.putNowait('first');
      const [lost, next] = ['lost', 'next'].map((item) => start(() => on(queue.put(item))));
      yield* settle();
      expect(queue.stats().putterCount).toBe(2);
      lost?.cancel();
      expect(queue.stats().putterCount).toBe(1);
      expect(queue.getNowait()).toBe('first');
      yield* settle();
      expect(lost?.cancelled()).toBe(true);
      expect(next?.done()).toBe(true);
      expect(queue.getNowait()).toBe('next');
      expect(queue.stats()).toMatchObject({ itemCount: 0, unfinishedCount: 2 });
    }));

  test('A-109 keeps the item of a reader that was woken and is cancelled', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(queue.get()));
      yield* settle();
      queue.putNowait(1);
      queue.putNowait(2);
      reader.cancel();
      yield* settle();
      expect(reader.cancelled()).toBe(true);
      expect(yield* queue.get()).toBe(1);
      expect(yield* queue.get()).toBe(2);
    }));

  test('A-111 gives the item of a reader that was woken and is cancelled to the next', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      const readers = [1, 2, 3].map(() => start(() => on(queue.get())));
      yield* settle();
      queue.putNowait(1);
      queue.putNowait(2);
      readers[0]?.cancel();
      yield* settle();
      expect(readers[0]?.cancelled()).toBe(true);
      expect(readers.slice(1).map((reader) => reader.result())).toEqual([1, 2]);
    }));

  test('gives the room of a producer that was woken and is cancelled to the next', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      const [lost, next] = [2, 3].map((item) => start(() => on(queue.put(item))));
      yield* settle();
      queue.getNowait();
      lost?.cancel();
      yield* settle();
      expect(lost?.cancelled()).toBe(true);
      expect(next?.done()).toBe(true);
      expect(queue.getNowait()).toBe(3);
    }));
});
