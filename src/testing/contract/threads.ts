/**
 * The contract's chapter on what comes from outside: other code of the thread, other threads.
 * Runs on the thread of the loop that is tried, and in a blocking portal beside it.
 */
import { strict as assert } from 'node:assert';
import { startBlockingPortal } from '../../coordinator/blocking-portal.js';
import type { BlockingPortal } from '../../coordinator/blocking-portal.js';
import type { Coroutine } from '../../loop/coroutine.js';
import { getRunningLoop } from '../../loop/current-loop.js';
import { callback } from '../../threads/callback.js';
import { remoteModule } from '../../threads/remote-function.js';
import type { Checks } from './trial.js';

const farSide = remoteModule<typeof import('./far-side.js')>(
  new URL('./far-side.js', import.meta.url),
);

/** Of loops that leave the thread to Node while they wait. */
export const wakeChecks: Checks = {
  'a loop that waits is woken by callSoonThreadsafe()': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    setImmediate(() => {
      loop.callSoonThreadsafe(() => log.push('threadsafe'));
      setImmediate(() => loop.callSoonThreadsafe(() => loop.stop()));
    });
    await trial.runForever(loop);
    assert.deepEqual(log, ['threadsafe']);
  },

  'a loop that waits is woken by a future that is settled': async (trial) => {
    const loop = trial.loop();
    const future = loop.createFuture<string>();
    setImmediate(() => future.setResult('settled'));
    assert.equal(await trial.runUntilComplete(loop, future), 'settled');
  },

  'a loop that waits is woken for a timer that comes meanwhile': async (trial) => {
    const loop = trial.loop();
    setImmediate(() => loop.callLater(1, () => loop.stop()));
    await trial.runForever(loop);
  },

  'a loop that waits is woken by stop()': async (trial) => {
    const loop = trial.loop();
    setImmediate(() => loop.stop());
    await trial.runForever(loop);
  },
};

/** Of all loops. */
export const threadChecks: Checks = {
  'answers of another thread arrive while the loop waits': async (trial) => {
    const loop = trial.loop();
    await withPortal(async (portal) => {
      const main = function* (): Coroutine<unknown[]> {
        const answers: unknown[] = [yield* portal.startTaskSoon(farSide.echo, 'hello')];
        try {
          yield* portal.startTaskSoon(farSide.fail, 'out of reach');
        } catch (error) {
          answers.push(String(error));
        }
        return answers;
      };
      const answers = await trial.runUntilComplete(loop, main());
      assert.deepEqual(answers, ['hello', 'RangeError: out of reach']);
    });
  },

  'calls of another thread run on the loop, in order': async (trial) => {
    const loop = trial.loop();
    await withPortal(async (portal) => {
      const seen: number[] = [];
      let isOnLoop = true;
      const note = (number: number): void => {
        isOnLoop &&= getRunningLoop() === loop;
        seen.push(number);
      };
      const main = function* (): Coroutine<number> {
        return yield* portal.startTaskSoon(farSide.count, callback(note), 100);
      };
      assert.equal(await trial.runUntilComplete(loop, main()), 100);
      assert.deepEqual(
        seen,
        Array.from({ length: 100 }, (_each, index) => index + 1),
      );
      assert.equal(isOnLoop, true);
    });
  },
};

async function withPortal(use: (portal: BlockingPortal) => Promise<void>): Promise<void> {
  const portal = startBlockingPortal();
  try {
    await use(portal);
  } finally {
    portal.stop();
  }
}
