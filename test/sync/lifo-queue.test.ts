// LifoQueue: the youngest item first; in all else a queue.

import { LifoQueue, Queue, QueueFullError } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { kinds, on, type Script, settle, stage } from './both-kinds.js';

describe('a lifo queue', () => {
  test('A-106 gives the youngest item first', () => {
    const queue = new LifoQueue<number>();
    for (const item of [1, 3, 2]) queue.putNowait(item);
    expect([queue.getNowait(), queue.getNowait(), queue.getNowait()]).toEqual([2, 3, 1]);
  });

  test.for(kinds)('$title holds producers back, and waits for them', (kind) =>
    stage(kind, function* ({ start }) {
      const queue = new LifoQueue<number>(2);
      const seen: number[] = [];
      const producer = start(function* () {
        for (const item of [1, 2, 3, 4]) yield* on(queue.put(item));
      });
      yield* settle();
      expect(() => queue.putNowait(9)).toThrow(QueueFullError);
      const consume = function* (): Script<void> {
        for (let count = 0; count < 5; count += 1) seen.push(yield* on(queue.get()));
      };
      const consumer = start(consume);
      yield* settle();
      expect(producer.done()).toBe(true);
      expect(seen.slice(0, 1)).toEqual([2]);
      expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
      queue.putNowait(5);
      yield* settle();
      expect(seen.at(-1)).toBe(5);
      expect(consumer.done()).toBe(true);
    }),
  );

  test('is a queue: prints, counts and ends like one', () => {
    const queue = new LifoQueue<number>(3);
    expect(queue).toBeInstanceOf(Queue);
    queue.putNowait(1);
    queue.putNowait(2);
    expect(String(queue)).toBe('<LifoQueue maxsize=3 queue=[1, 2] tasks=2>');
    queue.shutdown(true);
    expect(queue.stats()).toMatchObject({ itemCount: 0, unfinishedCount: 0, isShutDown: true });
  });
});
