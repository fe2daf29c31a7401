// What threads of a coordinator share: they are replaced when they die, and loops of all kinds
// take part.

import {
  BlockingEventLoop,
  BrokenLockError,
  Coordinator,
  type Coroutine,
  remoteModule,
  SharedEvent,
  SharedLock,
} from 'threadloop';
import { expect, test } from 'vitest';
import { startLoops } from '../threads/loops.js';

const sharers = remoteModule<typeof import('./fixtures/sharers.js')>(
  new URL('./fixtures/sharers.ts', import.meta.url),
);

test('a lock keeps what the loops of a coordinator do right', async () => {
  const coordinator = await startLoops({ loops: 2 });
  const lock = new SharedLock();
  const words = new Int32Array(new SharedArrayBuffer(4));
  await coordinator.broadcast(sharers.count, lock.handle, words, 500);
  expect(words[0]).toBe(1_000);
});

test('a thread that is replaced takes part again', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const lock = new SharedLock();
  for (let round = 0; round < 3; round += 1) {
    const loop = coordinator.loop('loop-1');
    expect(await loop.runCoroutineThreadsafe(sharers.take, lock.handle)).toBe('loop-1');
    coordinator.restart('loop-1');
    await expect(lock.acquire()).rejects.toThrow(BrokenLockError);
    await expect(lock.acquire()).rejects.toThrow("Thread 'loop-1' died");
    expect(await lock.repair(() => undefined)).toBe(true);
  }
});

test('a blocking loop hears of answers and of locks by one doorbell', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const loop = coordinator.loop('loop-1');
  const [lock, event] = [new SharedLock(), new SharedEvent()];
  function* main(): Coroutine<string> {
    const lending = loop.runCoroutineThreadsafe(sharers.lend, lock.handle, event.handle);
    yield* event.wait();
    expect(lock.stats().holder).toBe('loop-1');
    using _hold = yield* lock.acquire();
    return yield* lending;
  }
  expect(new BlockingEventLoop().runUntilComplete(main())).toBe('given back');
});

test('a shutdown leaves no thread in the table', async () => {
  const { table } = (await import('#src/shared/member.js')).ownMember();
  await using coordinator = await Coordinator.start({ loops: 2 });
  const rowCount = table.rowCount;
  await coordinator.shutdown();
  for (let round = 0; round < 3; round += 1) {
    await using next = await Coordinator.start({ loops: 2 });
    expect(next.loops).toHaveLength(2);
  }
  expect(table.rowCount).toBe(rowCount);
});
