// A participant may be ended after any of its writes: whatever it was about, the others go on, and
// none of what they share is lost, doubled or left half changed. The net that looks around every
// half second is taken away, so whoever goes on was rung for.

import {
  BrokenBarrierError,
  BrokenLockError,
  Channel,
  ChannelClosedError,
  type Coroutine,
  type EventLoop,
  gather,
  type Operation,
  SharedBarrier,
  SharedEvent,
  SharedLock,
  SharedSemaphore,
  sleep,
  type Task,
} from 'threadloop';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Participants, play, start } from './participants.js';
import { endsAfter } from './sudden-end.js';

/** What a participant is about when it ends, and what has to hold for the others then. */
interface Scene {
  readonly act: () => void;
  readonly check: () => Coroutine<void>;
}

type Setting = (people: Participants, loop: EventLoop) => Coroutine<Scene>;

/** More than any change here takes. */
const maxWriteCount = 200;

async function playWithEveryEnd(setting: Setting): Promise<void> {
  for (let writeCount = 0; writeCount < maxWriteCount; writeCount += 1) {
    const people = new Participants(3);
    const isWhole = await play(function* (loop) {
      const { act, check } = yield* setting(people, loop);
      const isAtEnd = endsAfter(writeCount, act);
      people.kill(0);
      yield* check();
      return isAtEnd;
    });
    if (isWhole) {
      expect(writeCount).toBeGreaterThan(2);
      return;
    }
  }
  throw new Error(`The change took more than ${maxWriteCount} writes`);
}

/** Runs an operation up to its first wait, or to its end. */
function begin<T>(operation: Operation<T>): Coroutine<T> {
  const steps = operation[Symbol.iterator]();
  steps.next();
  return steps;
}

function* outcomesOf(tasks: readonly Task<unknown>[]): Coroutine<unknown[]> {
  return yield* gather(tasks, { returnExceptions: true });
}

/** Whoever was refused repairs; at the end the lock is whole and free. */
function* restore(locks: readonly SharedLock[]): Coroutine<void> {
  for (const lock of locks) {
    yield* lock.repair(() => undefined);
    const hold = yield* lock.acquire();
    hold.release();
  }
}

function* visit(lock: SharedLock, inside: { count: number }): Coroutine<void> {
  using _hold = yield* lock.acquire();
  inside.count += 1;
  expect(inside.count).toBe(1);
  yield* sleep(1);
  inside.count -= 1;
}

type Three<T> = [T, T, T];

const lockScenes: Record<string, Setting> = {
  *'takes a free lock'(people) {
    const [a, b, c] = people.share(new SharedLock(), SharedLock) as Three<SharedLock>;
    return { act: () => a.tryAcquire(), check: () => restore([b, c]) };
  },
  *'gives a lock to those who wait'(people, loop) {
    const [a, b, c] = people.share(new SharedLock(), SharedLock) as Three<SharedLock>;
    const inside = { count: 0 };
    a.acquireSync();
    const tasks = [b, c, b].map((lock) => loop.createTask(visit(lock, inside)));
    yield* sleep(1);
    return {
      act: () => a.release(),
      *check() {
        for (const outcome of yield* outcomesOf(tasks)) {
          if (outcome !== undefined) expect(outcome).toBeInstanceOf(BrokenLockError);
        }
        yield* restore([b, c]);
      },
    };
  },
  *'gets in line'(people, loop) {
    const [a, b, c] = people.share(new SharedLock(), SharedLock) as Three<SharedLock>;
    const hold = b.acquireSync();
    return {
      act: () => void begin(a.acquire()),
      *check() {
        const task = loop.createTask(visit(c, { count: 0 }));
        yield* sleep(1);
        hold.release();
        yield* task;
        expect(b.broken).toBe(false);
      },
    };
  },
  *'leaves the line, let in or not'(people, loop) {
    const [a, b, c] = people.share(new SharedLock(), SharedLock) as Three<SharedLock>;
    const hold = b.acquireSync();
    const waiting = begin(a.acquire());
    const task = loop.createTask(visit(c, { count: 0 }));
    yield* sleep(1);
    hold.release();
    return {
      act: () => waiting.return(undefined as never),
      *check() {
        const [outcome] = yield* outcomesOf([task]);
        if (outcome !== undefined) expect(outcome).toBeInstanceOf(BrokenLockError);
        yield* restore([b, c]);
      },
    };
  },
  *'clears away one that died before it'(people, loop) {
    const lock = new SharedLock();
    const [a, b, c] = people.share(lock, SharedLock) as Three<SharedLock>;
    b.acquireSync();
    people.kill(1);
    const task = loop.createTask(visit(c, { count: 0 }));
    return {
      act: () => a.stats() && a.poll(),
      *check() {
        expect((yield* outcomesOf([task]))[0]).toBeInstanceOf(BrokenLockError);
        yield* restore([c]);
      },
    };
  },
};

const otherScenes: Record<string, Setting> = {
  *'takes a permit'(people) {
    const all = people.share(new SharedSemaphore(2), SharedSemaphore) as Three<SharedSemaphore>;
    const [a, b, c] = all;
    return {
      act: () => a.tryAcquire(),
      *check() {
        yield* b.acquire();
        yield* c.acquire();
        expect(c.stats()).toMatchObject({ value: 0, permitCount: 2 });
      },
    };
  },
  *'gives permits to those who wait'(people, loop) {
    const all = people.share(new SharedSemaphore(2), SharedSemaphore) as Three<SharedSemaphore>;
    const [a, b, c] = all;
    a.acquireSync();
    a.acquireSync();
    const tasks = [b, c].map((each) => start(loop, each.acquire()));
    yield* sleep(1);
    return {
      act: () => {
        a.release();
        a.release();
      },
      *check() {
        yield* gather(tasks);
        expect(c.stats()).toMatchObject({ value: 0, permitCount: 2 });
      },
    };
  },
  *'sets an event'(people, loop) {
    const [a, b, c] = people.share(new SharedEvent(), SharedEvent) as Three<SharedEvent>;
    const tasks = [b, c, c].map((each) => start(loop, each.wait()));
    yield* sleep(1);
    return {
      act: () => a.set(),
      *check() {
        if (b.isSet()) yield* gather(tasks);
        b.set();
        yield* gather(tasks);
      },
    };
  },
  *'is the last to come to a barrier'(people, loop) {
    const all = people.share(new SharedBarrier(4), SharedBarrier) as Three<SharedBarrier>;
    const [a, b, c] = all;
    const tasks = [b, c, b].map((each) => start(loop, each.wait()));
    yield* sleep(1);
    return {
      act: () => a.waitSync(),
      *check() {
        if (b.nWaiting > 0 && !b.broken) yield* sleep(1);
        const late = b.nWaiting > 0 && !b.broken ? [start(loop, c.wait())] : [];
        const outcomes = yield* outcomesOf([...tasks, ...late]);
        const isBroken = outcomes.some((each) => each instanceof BrokenBarrierError);
        for (const outcome of outcomes) {
          if (isBroken) expect(outcome).toBeInstanceOf(BrokenBarrierError);
        }
        if (!isBroken) expect(new Set(outcomes).size).toBe(outcomes.length);
        b.reset();
        yield* gather([b, c, b, c].map((each) => start(loop, each.wait())));
      },
    };
  },
  *'sends to those who receive'(people, loop) {
    const all = people.share(new Channel<string>(), Channel) as Three<Channel<string>>;
    const [a, b, c] = all;
    c.attach('sender');
    const tasks = [b, c].map((each) => start(loop, each.receive()));
    yield* sleep(1);
    return {
      act: () => a.trySend('from a'),
      *check() {
        yield* c.send('from c');
        yield* c.send('again');
        const got = [...(yield* gather(tasks)), ...(c.length > 0 ? [yield* c.receive()] : [])];
        // Two who were let on at the same time take their values in any order.
        const wanted = got.length === 3 ? ['from a', 'from c', 'again'] : ['from c', 'again'];
        expect(new Set(got)).toEqual(new Set(wanted));
        expect(got.length).toBe(wanted.length);
      },
    };
  },
  *'sends to those who receive, and is the only one to do so'(people, loop) {
    const all = people.share(new Channel<string>(), Channel) as Three<Channel<string>>;
    const [a, b, c] = all;
    a.attach('sender');
    const tasks = [b, c].map((each) => start(loop, each.receive()));
    yield* sleep(1);
    return {
      act: () => a.trySend('x'),
      *check() {
        const [first, second] = yield* outcomesOf(tasks);
        if (first !== 'x') expect(first).toBeInstanceOf(ChannelClosedError);
        expect(second).toBeInstanceOf(ChannelClosedError);
      },
    };
  },
  *'receives, and makes room for one who sends'(people, loop) {
    const channel = new Channel<string>({ capacity: 1 });
    const [a, b, c] = people.share(channel, Channel) as Three<Channel<string>>;
    c.attach('receiver');
    b.trySend('first');
    const task = start(loop, b.send('second'));
    yield* sleep(1);
    return {
      act: () => a.tryReceive(),
      *check() {
        const got = [yield* c.receive()];
        if (got[0] === 'first') got.push(yield* c.receive());
        expect(got.at(-1)).toBe('second');
        yield* task;
      },
    };
  },
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  return () => void vi.useRealTimers();
});

describe('the others go on, whenever a thread is ended that', () => {
  test.for(Object.entries({ ...lockScenes, ...otherScenes }))('%s', async ([, setting]) => {
    await playWithEveryEnd(setting);
  });
});
