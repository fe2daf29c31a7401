// Queue: each item once, in order, to whoever waited longest.

import {
  DifferentLoopError,
  InvalidArgumentError,
  InvalidStateError,
  Queue,
  QueueEmptyError,
  QueueFullError,
} from 'threadloop';
import { describe, expect, test } from 'vitest';
import { coroutines, kinds, on, type Script, settle, stage, tick } from './both-kinds.js';

describe.for(kinds)('a queue $title', (kind) => {
  test('A-106 holds a producer back until there is room', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>(2);
      const producer = start(function* () {
        for (const item of [1, 3, 2]) yield* on(queue.put(item));
      });
      yield* settle();
      expect(queue.qsize()).toBe(2);
      expect(queue.full()).toBe(true);
      expect(producer.done()).toBe(false);
      expect(yield* queue.get()).toBe(1);
      yield* settle();
      expect(producer.done()).toBe(true);
      expect([yield* queue.get(), yield* queue.get()]).toEqual([3, 2]);
      expect(queue.empty()).toBe(true);
    }));

  test('A-112 joins once every item is done', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>();
      let sum = 0;
      let isJoined = false;
      const worker = function* (): Script<never> {
        for (;;) {
          const item = yield* on(queue.get());
          sum += item;
          expect(isJoined).toBe(false);
          queue.taskDone();
        }
      };
      for (let item = 1; item <= 100; item += 1) queue.putNowait(item);
      const workers = [start(worker), start(worker)];
      const joiner = start(function* () {
        yield* on(queue.join());
        isJoined = true;
      });
      yield* joiner;
      expect(sum).toBe(5_050);
      expect(queue.stats().unfinishedCount).toBe(0);
      for (const task of workers) task.cancel();
      yield* settle();
    }));

  test('serves producers and readers in the order in which they came', () =>
    stage(kind, function* ({ start }) {
      const queue = new Queue<number>(1);
      const order: string[] = [];
      const put = (item: number) =>
        function* (): Script<void> {
          yield* on(queue.put(item));
          order.push(`put ${item}`);
        };
      for (const item of [1, 2, 3]) void start(put(item));
      const get = (name: string) =>
        function* (): Script<void> {
          const item = yield* on(queue.get());
          order.push(`${name} got ${item}`);
        };
      yield* settle();
      for (const name of ['a', 'b', 'c']) void start(get(name));
      yield* settle();
      expect(order.filter((entry) => entry.startsWith('put'))).toEqual(['put 1', 'put 2', 'put 3']);
      expect(order.filter((entry) => !entry.startsWith('put'))).toEqual([
        'a got 1',
        'b got 2',
        'c got 3',
      ]);
    }));

  test('belongs to the loop whose task waited first', async () => {
    const queue = new Queue<number>();
    const visit = (): Promise<unknown> =>
      stage(kind, function* ({ start }) {
        const reader = start(() => on(queue.get()));
        yield* settle();
        const error = reader.done() ? reader.exception() : null;
        reader.cancel();
        yield* settle();
        return error;
      });
    expect(await visit()).toBe(null);
    const error = await visit();
    expect(error).toBeInstanceOf(DifferentLoopError);
    expect((error as Error).message).toBe('<Queue maxsize=0> is bound to a different event loop');
  });
});

describe('a queue', () => {
  test('A-106 takes what a producer waited to put one tick after there is room', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>(2);
      const producer = start(function* () {
        for (const item of [1, 2, 3]) yield* on(queue.put(item));
      });
      yield* tick();
      expect(queue.qsize()).toBe(2);
      expect(queue.getNowait()).toBe(1);
      yield* tick();
      expect(queue.qsize()).toBe(2);
      expect(producer.done()).toBe(true);
    }));

  test('A-107 refuses to wait where it is told not to', () => {
    const queue = new Queue<number>(1);
    expect(() => queue.getNowait()).toThrow(QueueEmptyError);
    expect(() => queue.getNowait()).toThrow('Queue is empty');
    queue.putNowait(1);
    expect(() => queue.putNowait(2)).toThrow(QueueFullError);
    expect(() => queue.putNowait(2)).toThrow('Queue is full');
    expect(queue.getNowait()).toBe(1);
  });

  test('lets no newcomer in front of a reader that is on its way', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(queue.get()));
      yield* tick();
      queue.putNowait(1);
      const newcomer = start(() => on(queue.get()));
      const greedy = queue.get()[Symbol.iterator]();
      expect(greedy.next().done).toBe(false);
      queue.putNowait(2);
      queue.putNowait(3);
      yield* settle();
      expect([reader.result(), newcomer.done()]).toEqual([1, false]);
      expect(greedy.next()).toEqual({ done: true, value: 2 });
      yield* settle();
      expect(newcomer.result()).toBe(3);
    }));

  test('lets no newcomer in front of a producer that is on its way', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<string>(1);
      queue.putNowait('first');
      void start(() => on(queue.put('waited')));
      yield* tick();
      expect(queue.getNowait()).toBe('first');
      const newcomer = queue.put('newcomer')[Symbol.iterator]();
      expect(newcomer.next().done).toBe(false);
      yield* settle();
      expect(queue.getNowait()).toBe('waited');
      expect(newcomer.next().done).toBe(true);
      expect(queue.getNowait()).toBe('newcomer');
    }));

  test('lets a reader wait again that was overtaken by one that does not wait', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>();
      const reader = start(() => on(queue.get()));
      yield* tick();
      queue.putNowait(1);
      expect(queue.getNowait()).toBe(1);
      yield* settle();
      expect(reader.done()).toBe(false);
      expect(queue.stats().getterCount).toBe(1);
      queue.putNowait(2);
      yield* settle();
      expect(reader.result()).toBe(2);
    }));

  test('lets a producer wait again that was overtaken by one that does not wait', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>(1);
      queue.putNowait(1);
      const producer = start(() => on(queue.put(3)));
      yield* tick();
      queue.getNowait();
      queue.putNowait(2);
      yield* settle();
      expect(producer.done()).toBe(false);
      expect(queue.getNowait()).toBe(2);
      yield* settle();
      expect(queue.getNowait()).toBe(3);
    }));

  test('A-112 counts no more work as done than there was', () => {
    const queue = new Queue<number>();
    const done = (): void => queue.taskDone();
    expect(done).toThrow(InvalidStateError);
    expect(done).toThrow(/^task_done\(\) called too many times$/);
    queue.putNowait(1);
    done();
    expect(done).toThrow(InvalidStateError);
  });

  test('joins a task that waited even if an item follows at once', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<number>();
      queue.putNowait(1);
      const joiner = start(() => on(queue.join()));
      yield* tick();
      queue.taskDone();
      queue.putNowait(2);
      yield* settle();
      expect(joiner.done()).toBe(true);
    }));

  test.for([0, -1, Infinity])('has no bound for a maxsize of %s', (maxsize) => {
    const queue = new Queue<number>(maxsize);
    for (let item = 0; item < 1_000; item += 1) queue.putNowait(item);
    expect(queue.full()).toBe(false);
    expect(queue.maxsize).toBe(maxsize);
    for (let item = 0; item < 1_000; item += 1) expect(queue.getNowait()).toBe(item);
  });

  test.for([Number.NaN, '2', null])('refuses a maxsize of %s', (maxsize) => {
    expect(() => new Queue(maxsize as number)).toThrow(InvalidArgumentError);
    expect(() => new Queue(maxsize as number)).toThrow('maxsize must be a number, got');
  });

  test('holds undefined as any other item', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<unknown>();
      const reader = start(() => on(queue.get()));
      yield* tick();
      queue.putNowait(undefined);
      yield* settle();
      expect(reader.result()).toBe(undefined);
    }));

  test('prints its state', () =>
    stage(coroutines, function* ({ start }) {
      const queue = new Queue<unknown>(2);
      expect(String(queue)).toBe('<Queue maxsize=2>');
      const reader = start(() => on(queue.get()));
      yield* tick();
      expect(String(queue)).toBe('<Queue maxsize=2 getters[1]>');
      reader.cancel();
      queue.putNowait('text');
      queue.putNowait({ nested: { deep: 1 } });
      const producer = start(() => on(queue.put(3)));
      yield* tick();
      const items = "['text', { nested: [Object] }]";
      expect(String(queue)).toBe(`<Queue maxsize=2 queue=${items} putters[1] tasks=2>`);
      expect(Object.isFrozen(queue.stats())).toBe(true);
      queue.shutdown(true);
      expect(String(queue)).toBe('<Queue maxsize=2 shutdown>');
      yield* settle();
      expect(() => producer.result()).toThrow('Queue is shut down');
      const long = new Queue<number>();
      for (let item = 1; item <= 30; item += 1) long.putNowait(item);
      expect(String(long)).toMatch(/^<Queue maxsize=0 queue=\[1, 2, .*, 20, …\] tasks=30>$/);
    }));
});
