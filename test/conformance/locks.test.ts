/** asyncio's test_locks. What they wait at belongs to `src/sync`, whose own tests go further. */
import {
  BoundedSemaphore,
  Condition,
  type Coroutine,
  DifferentLoopError,
  Event,
  getRunningLoop,
  isCancelled,
  Lock,
  Semaphore,
  sleep,
} from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows, scenario } from './scenario.js';
import { taskScenario, thrownBy, tick } from './task-scenario.js';

keepRows('locks');

taskScenario('A-091', 'a released lock goes to those who wait first', function* ({ start }) {
  const lock = new Lock();
  const order: unknown[] = [];
  yield* on(lock.acquire());
  const tasks = [0, 1, 2].map((name) =>
    start(function* () {
      yield* on(lock.acquire());
      order.push(name);
      lock.release();
    }),
  );
  while (lock.stats().waiterCount < 3) yield* on(sleep(0));
  lock.release();
  expect(lock.locked()).toBe(false);
  yield* on(lock.acquire());
  order.push('barge');
  lock.release();
  expect(order).toEqual([0, 1, 2, 'barge']);
  expect(tasks.map((task) => task.done())).toEqual([true, true, true]);
});

taskScenario('A-092', 'a woken task that is cancelled passes the lock on', function* (stage) {
  const { start } = stage;
  const lock = new Lock();
  yield* on(lock.acquire());
  const [b, c] = [start(() => on(lock.acquire())), start(() => on(lock.acquire()))];
  yield* on(sleep(1));
  // In one go, so that the task that is woken has no chance to run before.
  lock.release();
  b.cancel();
  yield* on(sleep(1));
  expect([b.cancelled(), c.done() && !c.cancelled(), lock.locked()]).toEqual([true, true, true]);
});

taskScenario('A-094', 'nothing is released too often', function* () {
  expect(() => new Lock().release()).toThrow('Lock is not acquired.');
  const semaphore = new Semaphore(1);
  semaphore.release();
  yield* on(semaphore.acquire());
  yield* on(semaphore.acquire());
  expect(semaphore.locked()).toBe(true);
  expect(() => new BoundedSemaphore(1).release()).toThrow(
    'BoundedSemaphore released too many times',
  );
  expect(() => new Semaphore(-1)).toThrow('Semaphore initial value must be >= 0');
});

taskScenario('A-096', 'an event wakes its waiter even if it is cleared at once', function* (s) {
  const event = new Event();
  const waiter = s.start(() => on(event.wait()));
  yield* tick(s);
  event.set();
  event.clear();
  expect([event.isSet(), waiter.done()]).toEqual([false, false]);
  yield* tick(s);
  expect(waiter.result()).toBe(true);
});

taskScenario('A-097', 'a condition lets those who are notified go on one by one', function* (s) {
  const condition = new Condition();
  const order: number[] = [];
  const tasks = [1, 2, 3].map((number) =>
    s.start(function* () {
      yield* on(condition.acquire());
      const result = yield* on(condition.wait());
      order.push(number);
      return result;
    }),
  );
  yield* tick(s);
  yield* on(condition.acquire());
  condition.notify();
  yield* tick(s);
  expect(order).toEqual([]);
  condition.release();
  yield* tick(s);
  expect(order).toEqual([1]);
  condition.notify(2);
  yield* tick(s);
  expect(order).toEqual([1]);
  condition.release();
  yield* tick(s);
  expect(order).toEqual([1, 2]);
  condition.release();
  yield* tick(s);
  expect(order).toEqual([1, 2, 3]);
  yield* on(sleep(1));
  expect(tasks.map((task) => task.result())).toEqual([true, true, true]);
});

taskScenario('A-099', 'a cancelled wait has the lock when its error comes', function* ({ start }) {
  for (const isNotified of [false, true]) {
    const condition = new Condition();
    let seen: unknown;
    const task = start(function* () {
      yield* on(condition.acquire());
      seen = yield* thrownBy(() => on(condition.wait()));
      expect(condition.locked()).toBe(true);
      condition.release();
      throw seen;
    });
    yield* on(sleep(1));
    yield* on(condition.acquire());
    if (isNotified) condition.notify();
    // Notified, the task waits for the lock by now.
    yield* on(sleep(1));
    task.cancel('foo');
    yield* on(sleep(1));
    expect([seen, task.done()]).toEqual([undefined, false]);
    condition.release();
    expect(yield* thrownBy(() => on(task))).toBe(seen);
    expect(seen).toSatisfy(isCancelled);
    expect(seen).toMatchObject({ message: 'foo' });
    expect(condition.locked()).toBe(false);
  }
});

taskScenario('A-101', 'a semaphore serves its tasks in turn', function* ({ start }) {
  const semaphore = new Semaphore(1);
  const order: string[] = [];
  const tasks = ['a', 'b', 'c'].map((name) =>
    start(function* () {
      for (const round of [1, 2]) {
        yield* on(semaphore.acquire());
        order.push(`${name}_${round}`);
        yield* on(sleep(1));
        semaphore.release();
      }
    }),
  );
  for (const task of tasks) yield* on(task);
  expect(order).toEqual(['a_1', 'b_1', 'c_1', 'a_2', 'b_2', 'c_2']);
});

taskScenario('A-102', 'a permit goes to the first that is not cancelled', function* (s) {
  const { start } = s;
  const four = new Semaphore(0);
  const tasks = [1, 2, 3, 4].map(() => start(() => on(four.acquire())));
  yield* on(sleep(1));
  tasks[0]?.cancel();
  tasks[1]?.cancel();
  four.release();
  yield* tick(s);
  yield* tick(s);
  expect(tasks.map((task) => task.done())).toEqual([true, true, true, false]);
  expect(tasks.map((task) => task.cancelled())).toEqual([true, true, false, false]);
  tasks[3]?.cancel();
  const two = new Semaphore(0);
  const [first, second] = [start(() => on(two.acquire())), start(() => on(two.acquire()))];
  yield* on(sleep(1));
  first.cancel();
  two.release();
  yield* tick(s);
  yield* tick(s);
  expect([first.cancelled(), second.done() && !second.cancelled()]).toEqual([true, true]);
  expect(two.locked()).toBe(true);
});

/** Two tasks of a loop of its own that want one lock at the same time. */
function* contend(lock: Lock): Coroutine<void> {
  yield* lock.acquire();
  const second = getRunningLoop().createTask(uncontended(lock));
  yield* sleep(1);
  lock.release();
  yield* second;
}

function* uncontended(lock: Lock): Coroutine<void> {
  yield* lock.acquire();
  lock.release();
}

scenario('A-104', 'a lock belongs to a loop from its first real wait on', async ({ run }) => {
  const lock = new Lock();
  await run(uncontended(lock));
  await run(uncontended(lock));
  await run(contend(lock));
  await run(uncontended(lock));
  const refusal = run(contend(lock));
  await expect(refusal).rejects.toBeInstanceOf(DifferentLoopError);
  await expect(refusal).rejects.toThrow(/^<Lock \[locked\]> is bound to a different event loop$/);
});

taskScenario('S-1.12-1', 'a condition waits and notifies only with its lock', function* () {
  const condition = new Condition();
  expect(String(yield* thrownBy(() => on(condition.wait())))).toMatch(
    /cannot wait on un-acquired lock$/,
  );
  expect(() => condition.notify()).toThrow('cannot notify on un-acquired lock');
  expect(() => condition.notifyAll()).toThrow('cannot notify on un-acquired lock');
});

taskScenario('S-1.12-2', 'a condition waits for a predicate and gives its value', function* (s) {
  const condition = new Condition();
  let value = 0;
  const task = s.start(function* () {
    yield* on(condition.acquire());
    const result = yield* on(condition.waitFor(() => (value > 1 ? `is ${value}` : '')));
    condition.release();
    return result;
  });
  for (let i = 0; i < 2; i += 1) {
    yield* on(sleep(1));
    expect(task.done()).toBe(false);
    yield* on(condition.acquire());
    value += 1;
    condition.notify();
    condition.release();
  }
  expect(yield* on(task)).toBe('is 2');
});

taskScenario('S-1.12-3', 'an error that leaves a wait notifies the next', function* ({ start }) {
  const condition = new Condition();
  const wait = function* (): Script<void> {
    yield* on(condition.acquire());
    try {
      yield* on(condition.wait());
    } finally {
      condition.release();
    }
  };
  const [first, second] = [start(wait), start(wait)];
  yield* on(sleep(1));
  yield* on(condition.acquire());
  condition.notify();
  condition.release();
  first.cancel();
  yield* on(sleep(1));
  expect([first.cancelled(), second.done()]).toEqual([true, true]);
  expect(second.cancelled()).toBe(false);
});

taskScenario('S-1.12-4', 'a semaphore is locked for newcomers while others wait', function* (s) {
  const semaphore = new Semaphore(1);
  yield* on(semaphore.acquire());
  const waiter = s.start(() => on(semaphore.acquire()));
  yield* tick(s);
  semaphore.release();
  expect(semaphore.locked()).toBe(true);
  yield* on(waiter);
  semaphore.release();
  expect(semaphore.locked()).toBe(false);
});

taskScenario('S-1.12-5', 'blocks release what they hold however they end', function* ({ play }) {
  const failure = new RangeError('spam');
  const lock = new Lock();
  const semaphore = new BoundedSemaphore(1);
  for (const held of [lock, semaphore]) {
    const seen: boolean[] = [];
    const body = play(function* (): Script<never> {
      yield* on(sleep(1));
      seen.push(held.locked());
      throw failure;
    });
    const block = held instanceof Lock ? held.run(body) : held.run(body);
    expect(yield* thrownBy(() => on(block))).toBe(failure);
    expect([...seen, held.locked()]).toEqual([true, false]);
  }
});
