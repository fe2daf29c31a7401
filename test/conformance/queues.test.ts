/** asyncio's test_queues. */
import {
  LifoQueue,
  PriorityQueue,
  Queue,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  sleep,
  TimeoutError,
  waitFor,
} from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows } from './scenario.js';
import { taskScenario, thrownBy, tick } from './task-scenario.js';

keepRows('queues');

taskScenario('A-106', 'a full queue holds its producer back', function* (stage) {
  const queue = new Queue<number>(2);
  const producer = stage.start(function* () {
    for (const item of [1, 3, 2]) yield* on(queue.put(item));
  });
  yield* tick(stage);
  yield* tick(stage);
  expect([queue.qsize(), queue.full(), producer.done()]).toEqual([2, true, false]);
  expect(yield* on(queue.get())).toBe(1);
  yield* tick(stage);
  expect([queue.qsize(), producer.done()]).toEqual([2, true]);
  const orders: [Queue<number>, number[]][] = [
    [new Queue<number>(), [1, 3, 2]],
    [new LifoQueue<number>(), [2, 3, 1]],
    [new PriorityQueue<number>(), [1, 2, 3]],
  ];
  for (const [each, expected] of orders) {
    for (const item of [1, 3, 2]) each.putNowait(item);
    const taken: number[] = [];
    while (!each.empty()) taken.push(yield* on(each.get()));
    expect(taken).toEqual(expected);
  }
});

taskScenario('A-107', 'the forms that do not wait are refused', function* () {
  const queue = new Queue<number>(1);
  expect(() => queue.getNowait()).toThrow(QueueEmptyError);
  queue.putNowait(1);
  expect(() => queue.putNowait(2)).toThrow(QueueFullError);
  expect(yield* on(queue.get())).toBe(1);
});

taskScenario('A-109', 'a cancelled reader loses no item', function* ({ start }) {
  const queue = new Queue<number>();
  const taken: number[] = [];
  const reader = start(function* () {
    taken.push(yield* on(queue.get()));
  });
  yield* on(sleep(1));
  queue.putNowait(1);
  queue.putNowait(2);
  reader.cancel();
  yield* on(sleep(1));
  expect(reader.cancelled()).toBe(true);
  while (!queue.empty()) taken.push(yield* on(queue.get()));
  expect(taken).toEqual([1, 2]);
});

taskScenario('A-111', 'the items of a cancelled reader go to the others', function* ({ start }) {
  const queue = new Queue<number>();
  const readers = [1, 2, 3].map(() => start(() => on(queue.get())));
  yield* on(sleep(1));
  readers[0]?.cancel();
  queue.putNowait(1);
  queue.putNowait(2);
  yield* on(sleep(1));
  expect(readers[0]?.cancelled()).toBe(true);
  expect(new Set(readers.slice(1).map((reader) => reader.result()))).toEqual(new Set([1, 2]));
});

taskScenario('A-112', 'join() waits for every taskDone()', function* ({ start }) {
  const queue = new Queue<number>();
  let sum = 0;
  const worker = function* (): Script<never> {
    for (;;) {
      const item = yield* on(queue.get());
      sum += item;
      queue.taskDone();
    }
  };
  for (let item = 1; item <= 100; item += 1) queue.putNowait(item);
  const workers = [start(worker), start(worker)];
  yield* on(queue.join());
  expect(sum).toBe(5_050);
  expect(() => queue.taskDone()).toThrow('task_done() called too many times');
  for (const task of workers) task.cancel();
  yield* on(sleep(1));
  expect(workers.map((task) => task.cancelled())).toEqual([true, true]);
});

taskScenario('A-114', 'an immediate shutdown drops the items', function* ({ start }) {
  const queue = new Queue<number>();
  queue.putNowait(1);
  queue.putNowait(2);
  yield* on(queue.get());
  const joiner = start(() => on(queue.join()));
  yield* on(sleep(1));
  queue.shutdown(true);
  yield* on(sleep(1));
  expect([queue.qsize(), joiner.done()]).toEqual([0, false]);
  queue.taskDone();
  yield* on(sleep(1));
  expect(joiner.done()).toBe(true);
  const idle = new Queue<number>();
  idle.putNowait(1);
  const waiting = start(() => on(idle.join()));
  yield* on(sleep(1));
  idle.shutdown(true);
  yield* on(sleep(1));
  expect(waiting.done()).toBe(true);
  yield* on(idle.join());
});

taskScenario('A-116', 'a reader whose time is up is not left registered', function* () {
  const queue = new Queue<number>();
  const error = yield* thrownBy(() => on(waitFor(queue.get(), 100)));
  expect(error).toBeInstanceOf(TimeoutError);
  expect(queue.stats().getterCount).toBe(0);
  queue.putNowait(1);
  expect(queue.getNowait()).toBe(1);
});

taskScenario('S-1.12-10', 'a queue that is shut down drains, and refuses then', function* (s) {
  const queue = new Queue<number>(2);
  queue.putNowait(1);
  queue.putNowait(2);
  const producer = s.start(() => on(queue.put(3)));
  yield* on(sleep(1));
  queue.shutdown();
  expect(() => queue.putNowait(4)).toThrow(QueueShutDownError);
  expect(yield* thrownBy(() => on(queue.put(4)))).toBeInstanceOf(QueueShutDownError);
  expect(yield* thrownBy(() => on(producer))).toBeInstanceOf(QueueShutDownError);
  expect([yield* on(queue.get()), queue.getNowait()]).toEqual([1, 2]);
  expect(yield* thrownBy(() => on(queue.get()))).toBeInstanceOf(QueueShutDownError);
  expect(() => queue.getNowait()).toThrow(QueueShutDownError);
});

taskScenario('S-1.12-11', 'a shutdown wakes every reader that waits', function* ({ start }) {
  for (const immediate of [false, true]) {
    const queue = new Queue<number>();
    const readers = [1, 2, 3].map(() => start(() => on(queue.get())));
    yield* on(sleep(1));
    queue.shutdown(immediate);
    for (const reader of readers) {
      expect(yield* thrownBy(() => on(reader))).toBeInstanceOf(QueueShutDownError);
    }
  }
});

taskScenario('S-1.12-12', 'a size of zero or less is no bound', function* () {
  for (const maxsize of [0, -1]) {
    const queue = new Queue<number>(maxsize);
    for (let item = 0; item < 1_000; item += 1) yield* on(queue.put(item));
    expect([queue.full(), queue.qsize()]).toEqual([false, 1_000]);
  }
});

taskScenario('S-1.12-13', 'readers and producers are served in turn', function* ({ start }) {
  const queue = new Queue<string>(1);
  const log: string[] = [];
  const producers = ['a', 'b', 'c'].map((item) => start(() => on(queue.put(item))));
  yield* on(sleep(1));
  for (const name of [1, 2, 3]) {
    void start(function* () {
      log.push(`${name}${yield* on(queue.get())}`);
    });
  }
  yield* on(sleep(1));
  expect(log).toEqual(['1a', '2b', '3c']);
  expect(producers.map((task) => task.done())).toEqual([true, true, true]);
});
