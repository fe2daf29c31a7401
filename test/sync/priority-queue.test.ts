// PriorityQueue: the lowest item first, the oldest of equal ones; in all else a queue.

import fc from 'fast-check';
import { InvalidArgumentError, PriorityQueue, type Queue } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, settle, stage, tick } from './both-kinds.js';

function drain<T>(queue: Queue<T>): T[] {
  const items: T[] = [];
  while (!queue.empty()) items.push(queue.getNowait());
  return items;
}

function sorted<T>(items: readonly T[]): T[] {
  const queue = new PriorityQueue<T>();
  for (const item of items) queue.putNowait(item);
  return drain(queue);
}

describe('a priority queue', () => {
  test('A-106 gives the lowest item first', () => {
    expect(sorted([1, 3, 2])).toEqual([1, 2, 3]);
  });

  test('orders numbers, strings and arrays', () => {
    expect(sorted([10, 9, -Infinity, 1n, 0.5])).toEqual([-Infinity, 0.5, 1n, 9, 10]);
    expect(sorted(['b', 'a', 'B'])).toEqual(['B', 'a', 'b']);
    const late = { job: 'late' };
    const jobs: Array<[number, unknown]> = [
      [2, late],
      [1, 'b'],
      [1, 'a'],
      [2, null],
    ];
    expect(sorted(jobs)).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, late],
      [2, null],
    ]);
    expect(sorted([[1, 2], [1], [1, 1]])).toEqual([[1], [1, 1], [1, 2]]);
  });

  test('orders as it is told', () => {
    const compare = (a: Date, b: Date): number => b.getTime() - a.getTime();
    const queue = new PriorityQueue<Date>(0, { compare });
    const dates = [new Date(1), new Date(3), new Date(2)];
    for (const date of dates) queue.putNowait(date);
    expect(drain(queue).map((date) => date.getTime())).toEqual([3, 2, 1]);
  });

  test('is as good as a stable sort', () => {
    const operations = fc.array(
      fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 9 }) }, fc.constant(null)),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(operations, (steps) => {
        const queue = new PriorityQueue<[number, { age: number }]>();
        let model: Array<[number, { age: number }]> = [];
        for (const [age, priority] of steps.entries()) {
          if (priority !== null) {
            queue.putNowait([priority, { age }]);
            model.push([priority, { age }]);
            model = model.toSorted(([a], [b]) => a - b);
          } else if (model.length > 0) {
            expect(queue.getNowait()).toEqual(model.shift());
          }
          expect(queue.qsize()).toBe(model.length);
        }
        expect(drain(queue)).toEqual(model);
      }),
    );
  });

  test.for([
    ['an object', {}],
    ['no number', Number.NaN],
    ['an array of objects', [{}]],
    ['a number after strings', 1],
  ] as const)('refuses %s, and is as it was', ([, item]) => {
    const queue = new PriorityQueue<unknown>();
    for (const word of ['b', 'a']) queue.putNowait(word);
    const put = (): void => queue.putNowait(item);
    expect(put).toThrow(InvalidArgumentError);
    expect(put).toThrow(/^cannot order .*: give PriorityQueue the option 'compare'$/);
    expect(queue.stats()).toMatchObject({ itemCount: 2, unfinishedCount: 2 });
    expect(drain(queue)).toEqual(['a', 'b']);
  });

  test.for([[{}], [null], [Number.NaN], [[{}]], [[Number.NaN, 1]]])(
    'refuses %s even as its first item',
    ([item]) => {
      expect(() => new PriorityQueue<unknown>().putNowait(item)).toThrow(InvalidArgumentError);
    },
  );

  test('refuses an order that is no function', () => {
    const create = (): unknown => new PriorityQueue(0, { compare: 'up' as never });
    expect(create).toThrow(InvalidArgumentError);
    expect(create).toThrow("compare must be a function, got 'up'");
  });

  test('is as it was when its order throws while an item is taken', () => {
    let isBroken = false;
    const compare = (a: number, b: number): number => {
      if (isBroken) throw new RangeError('broken');
      return a - b;
    };
    const queue = new PriorityQueue<number>(0, { compare });
    for (const item of [3, 1, 2, 5, 4]) queue.putNowait(item);
    isBroken = true;
    expect(() => queue.getNowait()).toThrow(RangeError);
    expect(queue.qsize()).toBe(5);
    isBroken = false;
    expect(drain(queue)).toEqual([1, 2, 3, 4, 5]);
  });

  test('gives the room of a producer whose item is refused to the next', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new PriorityQueue<unknown>(1);
      queue.putNowait(1);
      const [bad, good] = [start(() => on(queue.put({}))), start(() => on(queue.put(2)))];
      yield* tick();
      expect(queue.getNowait()).toBe(1);
      yield* settle();
      expect(() => bad.result()).toThrow(InvalidArgumentError);
      expect(good.done()).toBe(true);
      expect(queue.getNowait()).toBe(2);
    }));

  test.for(kinds)('$title gives a reader the lowest of what has come', (kind) =>
    stage(kind, function* ({ start }) {
      const queue = new PriorityQueue<number>();
      const readers = [1, 2].map(() => start(() => on(queue.get())));
      yield* settle();
      for (const item of [3, 1, 2]) queue.putNowait(item);
      yield* settle();
      expect(readers.map((reader) => reader.result())).toEqual([1, 2]);
      expect(String(queue)).toBe('<PriorityQueue maxsize=0 queue=[3] tasks=3>');
    }),
  );
});
