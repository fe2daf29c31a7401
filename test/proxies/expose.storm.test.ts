// Proxies in all directions while threads end at random: everything that was asked is answered, and
// what is answered is right.

import fc from 'fast-check';
import { type Coordinator, getLoop, remoteModule } from 'threadloop';
import { proxy } from 'threadloop/comlink';
import { expect, test } from 'vitest';
import { newFlag } from '../threads/fixtures/flag.js';
import { shareLoops } from '../threads/loops.js';
import type { Owner } from './fixtures/owner.js';

const fixture = remoteModule<typeof import('./fixtures/owner.js')>(
  new URL('./fixtures/owner.ts', import.meta.url),
);
const threads = shareLoops({ loops: 2, name: 'w', initialize: fixture.exposeOwner });

const other = (loop: string): string => (loop === 'w-1' ? 'w-2' : 'w-1');

/** What may happen, with what comes of it when nobody dies. */
const acts: Readonly<Record<string, (loop: string, coordinator: Coordinator) => unknown>> = {
  async call(loop) {
    using owner = getLoop(loop).proxy<Owner>('owner');
    expect(await owner.sum(20, 3)).toBe(23);
  },
  async instance(loop) {
    using owner = getLoop(loop).proxy<Owner>('owner');
    using another = await owner.makeOwner();
    await another.note('a');
    expect(await another.noted()).toEqual(['a']);
  },
  async callback(loop) {
    using owner = getLoop(loop).proxy<Owner>('owner');
    expect(await owner.callBack(proxy((word: string) => word.length))).toBe(5);
  },
  async between(loop) {
    const asked = getLoop(loop).runCoroutineThreadsafe(fixture.askFrom, other(loop));
    expect(await asked).toBe(5);
  },
  async cancel(loop) {
    using owner = getLoop(loop).proxy<Owner>('owner');
    const call = owner.wait(newFlag());
    setImmediate(() => call.cancel());
    await call;
  },
  async release(loop) {
    const owner = getLoop(loop).proxy<Owner>('owner');
    const call = owner.wait(newFlag());
    setImmediate(() => owner[Symbol.dispose]());
    await call;
  },
  restart(loop, coordinator) {
    setImmediate(() => coordinator.restart(loop));
  },
};

const lawfulEnds: readonly unknown[] = ['ERR_LOOP_DIED', 'ERR_CANCELLED', 'ERR_PROXY_RELEASED'];

test('every request over a proxy is answered, whoever dies', async () => {
  const act = fc.record({
    name: fc.constantFrom(...Object.keys(acts)),
    loop: fc.constantFrom('w-1', 'w-2'),
    isWaitedFor: fc.boolean(),
  });
  const program = fc.asyncProperty(
    fc.array(act, { minLength: 15, maxLength: 25 }),
    async (list) => {
      const running: Promise<unknown>[] = [];
      for (const { name, loop, isWaitedFor } of list) {
        const run = async (): Promise<unknown> => acts[name]?.(loop, threads.coordinator);
        const outcome = run().then(
          () => 'done',
          (error: unknown) => {
            if (!lawfulEnds.includes((error as { code?: unknown }).code)) throw error;
            return 'ended';
          },
        );
        running.push(outcome);
        if (isWaitedFor) await outcome;
      }
      await Promise.all(running);
    },
  );
  await fc.assert(program, { numRuns: 3, endOnFailure: true });
});
