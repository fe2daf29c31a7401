// What threads share, as arguments and results of calls.

import {
  Channel,
  remoteModule,
  SharedBarrier,
  SharedEvent,
  SharedLock,
  SharedSemaphore,
} from 'threadloop';
import { expect, test } from 'vitest';
import { runProgram } from '../loop/fixtures.js';
import { shareLoops } from '../threads/loops.js';

const sharers = remoteModule<typeof import('./fixtures/sharers.js')>(
  new URL('./fixtures/sharers.ts', import.meta.url),
);
const shared = shareLoops({ loops: 1 });

test('all arrive as their classes, each as one object', async () => {
  const all = [
    new SharedLock(),
    new SharedSemaphore(2),
    new SharedEvent(),
    new SharedBarrier(2),
    new Channel<number>(),
  ];
  const arrived = await shared.coordinator.submit(sharers.inspectAll, all, { deep: [...all] });
  expect(arrived).toEqual(all.map((each) => `${each.constructor.name} twice`));
});

test('an instance of a subclass arrives as the class that is known', async () => {
  class TimedLock extends SharedLock {}
  const timed = new TimedLock();
  const arrived = await shared.coordinator.submit(sharers.inspectAll, [timed], { deep: [timed] });
  expect(arrived).toEqual(['SharedLock twice']);
});

test('a result that another thread made is shared with it', async () => {
  const lock = await shared.coordinator.submit(sharers.makeLock);
  expect(lock).toBeInstanceOf(SharedLock);
  expect(lock.stats().holder).toBe('loop-1');
  expect(lock.tryAcquire()).toBeNull();
});

test('calls are not searched for what nobody has made', async () => {
  const { stdout } = await runProgram(`
    import { SharedEvent, Coordinator } from 'threadloop';
    import { hasRegisteredClasses } from '#src/wire/registered-classes.js';
    const coordinator = await Coordinator.start({ loops: 1 });
    const before = hasRegisteredClasses();
    new SharedEvent();
    console.log(before, hasRegisteredClasses());
    await coordinator.shutdown();
  `);
  expect(stdout).toBe('false true\n');
});
