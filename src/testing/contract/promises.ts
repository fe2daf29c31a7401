/**
 * The contract's chapter on promises: async functions as tasks, Node's own turns, async generators;
 * and on loops on which promises cannot settle, their refusal.
 * Runs on the thread of the loop that is tried.
 */
import { strict as assert } from 'node:assert';
import { isCancelled } from '../../errors.js';
import { getRunningLoop } from '../../loop/current-loop.js';
import { currentTask } from '../../loop/current-task.js';
import type { EventLoop } from '../../loop/event-loop.js';
import { sleep } from '../../tasks/sleep.js';
import type { Checks } from './trial.js';
import { failsWith, throwsWith } from './trial.js';

/** Of loops on which native promises settle. */
export const promiseChecks: Checks = {
  'an async function is a task: it waits, is the current one, and gives its value': async (
    trial,
  ) => {
    const loop = trial.loop();
    const log: unknown[] = [];
    const work = async (delayMs: number): Promise<number> => {
      await sleep(delayMs);
      await Promise.resolve();
      log.push(delayMs, currentTask() !== null, getRunningLoop() === loop);
      return delayMs;
    };
    const main = async (): Promise<number[]> =>
      Promise.all([loop.createTask(async () => work(20)), loop.createTask(async () => work(1))]);
    assert.deepEqual(await trial.runUntilComplete(loop, main), [20, 1]);
    assert.deepEqual(log, [1, true, true, 20, true, true]);
  },

  'an async function hears of its cancel': async (trial) => {
    const loop = trial.loop();
    let reason: unknown = null;
    const task = loop.createTask(async (signal: AbortSignal) => {
      signal.addEventListener('abort', () => void (reason = signal.reason));
      await sleep(60_000);
    });
    loop.callLater(1, () => task.cancel());
    await assert.rejects(trial.runUntilComplete(loop, task), isCancelled);
    assert.equal(isCancelled(reason), true);
  },

  'a native promise is waited for': async (trial) => {
    const loop = trial.loop();
    const main = async (): Promise<string> =>
      new Promise((resolve) => void setImmediate(resolve, 'settled'));
    assert.equal(await trial.runUntilComplete(loop, main), 'settled');
  },

  'Node has its turns, however busy the loop is': async (trial) => {
    const loop = trial.loop();
    const endMs = performance.now() + 2_000;
    let hadTurn = false;
    const again = (): void => {
      if (hadTurn || performance.now() > endMs) loop.stop();
      else loop.callSoon(again);
    };
    loop.callSoon(() => {
      setImmediate(() => (hadTurn = true));
      again();
    });
    await trial.runForever(loop);
    assert.equal(hadTurn, true, 'callbacks that schedule callbacks keep Node from its own');
  },
};

/** Of loops on which they do not. */
export const refusalChecks: Checks = {
  'a native promise is refused, not waited for in vain': async (trial) => {
    const loop = trial.loop();
    await failsWith('ERR_INVALID_AWAIT', trial.runUntilComplete(loop, Promise.resolve(1)));
    throwsWith('ERR_INVALID_AWAIT', () => loop.createTask(async () => 1));
    throwsWith('ERR_INVALID_AWAIT', () => loop.refusePromise?.('A promise'));
  },
};

/** A loop that closes the async generators which it was given. */
interface TracksGenerators extends EventLoop {
  trackAsyncGenerator<G>(generator: G): G;
}

/** Of loops that have `shutdownAsyncGenerators` and `trackAsyncGenerator`. */
export const generatorChecks: Checks = {
  'async generators are closed by shutdownAsyncGenerators()': async (trial) => {
    const loop = trial.loop() as TracksGenerators;
    const log: string[] = [];
    const count = async function* (): AsyncGenerator<number, void, never> {
      try {
        for (let number = 1; ; number += 1) yield number;
      } finally {
        await sleep(1);
        log.push('closed');
      }
    };
    const main = async (): Promise<void> => {
      const generator = loop.trackAsyncGenerator(count());
      await generator.next();
      await loop.shutdownAsyncGenerators?.();
      log.push('shut down');
    };
    await trial.runUntilComplete(loop, main);
    assert.deepEqual(log, ['closed', 'shut down']);
  },
};
