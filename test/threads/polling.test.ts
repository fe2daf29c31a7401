// Threads stay awake for a moment behind a message, to hear of the next one.

import { Coordinator, remoteModule } from 'threadloop';
import { afterEach, expect, test, vi } from 'vitest';
import { defaultPollMs } from '#src/loop/vigil.js';
import { ownMember } from '#src/shared/member.js';
import { eventually } from './loops.js';

const tasks = remoteModule<typeof import('./fixtures/functions.js')>(
  new URL('./fixtures/functions.ts', import.meta.url),
);

const { table, doorbell } = ownMember();

afterEach(() => {
  table.pollMs = defaultPollMs;
});

/** Makes calls until this thread stays awake behind one: it may have let occasions pass before. */
async function callUntilAwake(coordinator: Coordinator): Promise<void> {
  for (;;) {
    const call = coordinator.submit(tasks.add, 1, 2);
    // It leaves in a microtask.
    await Promise.resolve();
    const isAwake = doorbell.isAwake();
    await call;
    if (isAwake) return;
  }
}

test('a thread that has called stays awake, and goes to rest when nothing comes', async () => {
  await using coordinator = await Coordinator.start({ loops: 1 });
  await callUntilAwake(coordinator);
  await eventually(() => table.awakeCount() === 0);
});

test('a thread that dies while it is awake does not count any more', async () => {
  // Long enough to be ended in it.
  await using coordinator = await Coordinator.start({ loops: 1, pollMs: 10 });
  await callUntilAwake(coordinator);
  await coordinator.shutdown({ mode: 'terminate' });
  await eventually(() => table.awakeCount() === 0);
});

test('no thread stays awake where that is turned off', async () => {
  await using coordinator = await Coordinator.start({ loops: 1, pollMs: 0 });
  const stayAwake = vi.spyOn(doorbell, 'stayAwake');
  for (let count = 0; count < 100; count += 1) {
    await coordinator.submit(tasks.add, count, 1);
    expect(table.awakeCount()).toBe(0);
  }
  expect(stayAwake).not.toHaveBeenCalled();
});
