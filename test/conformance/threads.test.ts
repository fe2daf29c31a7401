/** asyncio's test_free_threading: one loop in each of several threads. */
import { type Coroutine, getRunningLoop, remoteModule, sleep } from 'threadloop';
import { expect } from 'vitest';
import { collectGarbage } from '../loop/fixtures.js';
import { shareLoops } from '../threads/loops.js';
import { gatherCrowd } from './fixtures/crowd.js';
import { keepRows, scenario } from './scenario.js';

keepRows('threads');

const crowd = remoteModule<typeof import('./fixtures/crowd.js')>(
  new URL('./fixtures/crowd.ts', import.meta.url),
);
const threadCount = 10;
const threads = shareLoops({ loops: threadCount });
const notOn = {
  virtual: 'other threads have the loop that their coordinator gave them',
  blocking: 'other threads have the loop that their coordinator gave them',
};
const whole = { isWhole: true, hasCaller: true, ownLoop: true, others: 0 };

scenario(
  'A-167',
  'every thread sees the tasks of its own loop, and no others',
  async () => {
    const { loops } = threads.coordinator;
    const seen = await Promise.all(
      loops.map((loop) => loop.runCoroutineThreadsafe(crowd.gatherCrowd, 100)),
    );
    expect(seen).toEqual(
      loops.map(({ name }) => ({ ...whole, count: 101, countAfter: 1, loop: name })),
    );
    expect(seen).toHaveLength(threadCount);
  },
  { notOn },
);

scenario('A-167c', 'every loop of one thread sees its own tasks', async ({ run, newLoop }) => {
  // Left pending on another loop, to be seen by none of the runs.
  const other = newLoop();
  const pending = other.createTask(
    (function* (): Coroutine<void> {
      yield* other.createFuture<void>();
    })(),
  );
  for (let times = 0; times < 3; times += 1) {
    expect(await run(gatherCrowd(100))).toMatchObject({ ...whole, count: 101, countAfter: 1 });
  }
  pending.cancel();
  await Promise.allSettled([run(pending, other)]);
});

scenario(
  'A-169',
  'threads that wait for calls to one loop do not lock each other out',
  async () => {
    // asyncio's workers are those of to_thread(), which block: here both kinds of waiting.
    const { loops } = threads.coordinator;
    const [target, ...waiting] = loops;
    const calls = waiting.map((loop) =>
      loop.runCoroutineThreadsafe(crowd.waitFor, target?.name ?? '', 42),
    );
    expect(await Promise.all(calls)).toEqual(waiting.map(() => 42));
    expect(calls).toHaveLength(threadCount - 1);
    const blocked = waiting.map((loop) =>
      loop.runCoroutineThreadsafe(crowd.blockFor, target?.name ?? '', 42),
    );
    expect(await Promise.all(blocked)).toEqual(waiting.map(() => 42));
  },
  { notOn },
);

scenario('A-171', 'a finished task of a closed loop is collected', async ({ newLoop, run }) => {
  // The last reference cannot be dropped in another thread: a task never leaves its own.
  const finish = async (): Promise<WeakRef<object>[]> => {
    const loop = newLoop();
    const task = loop.createTask(
      (function* (): Coroutine<string> {
        yield* sleep(1);
        return getRunningLoop().name;
      })(),
    );
    await run(task, loop);
    loop.close();
    return [new WeakRef(task)];
  };
  const [task] = await finish();
  for (let tries = 0; tries < 5 && task?.deref() !== undefined; tries += 1) await collectGarbage();
  expect(task?.deref()).toBe(undefined);
});
