// The threads of a Piscina pool attach themselves on their first task, and stay attached.

import { Piscina } from 'piscina';
import { Coordinator, getLoop } from 'threadloop';
import { expect, onTestFinished, test } from 'vitest';
import { guestTasks } from './foreign-thread.js';

const filename = new URL('./fixtures/piscina-task.js', import.meta.url).href;

interface Done {
  readonly name: string;
  readonly answer: string;
}

function createPool(atomics: 'sync' | 'async' | 'disabled'): Piscina {
  const pool = new Piscina({ filename, minThreads: 2, maxThreads: 2, atomics });
  onTestFinished(async () => pool.destroy());
  return pool;
}

async function startCoordinator(): Promise<Coordinator> {
  const coordinator = await Coordinator.start({ loops: 1 });
  onTestFinished(async () => coordinator.shutdown({ mode: 'terminate' }));
  return coordinator;
}

test.for(['disabled', 'async'] as const)(
  "threads of a pool join on their first task, and are reached when idle (atomics: '%s')",
  async (atomics) => {
    const pool = createPool(atomics);
    const coordinator = await startCoordinator();
    const runs = Array.from(
      { length: 6 },
      async () => pool.run({ loop: 'loop-1' }) as Promise<Done>,
    );
    const done = await Promise.all(runs);
    for (const { name, answer } of done) expect(answer).toBe(name);
    const names = new Set(done.map(({ name }) => name));
    expect(new Set(coordinator.attached.map(({ name }) => name))).toEqual(names);
    for (const name of names) {
      expect(await getLoop(name).runCoroutineThreadsafe(guestTasks.nap, 1, name)).toBe(name);
      const sibling = coordinator.loop('loop-1');
      expect(await sibling.runCoroutineThreadsafe(guestTasks.relay, name, 1, 'hi')).toBe('hi');
    }
    await pool.destroy();
    await expect.poll(() => coordinator.attached).toEqual([]);
  },
);

test('a pool that blocks its idle threads lets them hear of calls with their tasks', async () => {
  const pool = createPool('sync');
  await startCoordinator();
  const { name } = (await pool.run({ loop: 'loop-1' })) as Done;
  const call = getLoop(name).runCoroutineThreadsafe(guestTasks.nap, 1, 'heard');
  while (!call.done()) await pool.run({ loop: 'loop-1' });
  expect(await call).toBe('heard');
});

test('the destruction of a pool fails the calls of its threads', async () => {
  const pool = createPool('disabled');
  const { invitation } = await startCoordinator();
  const { name } = (await pool.run({ loop: 'loop-1', invitation })) as Done;
  const call = getLoop(name).runCoroutineThreadsafe(guestTasks.napUntilCancelled);
  await getLoop(name).runCoroutineThreadsafe(guestTasks.whereabouts);
  const [outcome] = await Promise.allSettled([call, pool.destroy()]);
  expect((outcome as PromiseRejectedResult).reason).toMatchObject({
    code: 'ERR_LOOP_DIED',
    reason: 'its thread ended',
  });
});

test('a shutdown of the coordinator leaves the pool at work', async () => {
  const pool = createPool('disabled');
  const coordinator = await startCoordinator();
  const { name } = (await pool.run({ loop: 'loop-1' })) as Done;
  await coordinator.shutdown();
  await expect(pool.run({ loop: 'loop-1' })).rejects.toThrow(
    /no loop named|no place|Timeout|taken in/,
  );
  expect(name).not.toBe('');
  expect(pool.threads).toHaveLength(2);
});
