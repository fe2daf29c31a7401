/**
 * The contract's chapter on callbacks: their order, the batch, `stop()` and `cancel()`.
 * Runs on the thread of the loop that is tried.
 */
import { strict as assert } from 'node:assert';
import { run } from '../../loop/runnable.js';
import type { Checks } from './trial.js';
import { throwsWith } from './trial.js';

const ignore = (): void => {};

/** Order, batches, `stop()`. */
export const callbackChecks: Checks = {
  'callbacks run in the order of their scheduling, with their arguments': async (trial) => {
    const loop = trial.loop();
    const log: unknown[] = [];
    loop.callSoon((...args: unknown[]) => log.push(args), 1, 'two', 3);
    loop.callSoonThreadsafe((word: string) => log.push(word), 'four');
    for (let count = 5; count <= 7; count += 1) loop.callSoon(() => log.push(count));
    loop.callSoon(() => loop.stop());
    await trial.runForever(loop);
    assert.deepEqual(log, [[1, 'two', 3], 'four', 5, 6, 7]);
  },

  'callbacks never run inside the call that schedules them': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => log.push('soon'));
    loop.callSoonThreadsafe(() => log.push('threadsafe'));
    loop.callLater(-1, () => log.push('timer'));
    assert.equal(log.length, 0);
    loop.callSoon(() => {
      loop.callSoon(() => log.push('inner'));
      log.push('outer');
      loop.stop();
    });
    await trial.runForever(loop);
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['soon', 'threadsafe', 'outer', 'timer', 'inner']);
  },

  'callbacks leave what they schedule to the next batch': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => {
      log.push('a');
      loop.callSoon(() => log.push('a2'));
    });
    loop.callSoon(() => log.push('b'));
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['a', 'b']);
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['a', 'b', 'a2']);
  },

  'callbacks run once each, also over several runs': async (trial) => {
    const loop = trial.loop();
    let count = 0;
    loop.callSoon(() => (count += 1));
    loop.callLater(0, () => (count += 1));
    for (let runs = 0; runs < 3; runs += 1) await trial.runOneBatch(loop);
    assert.equal(count, 2);
  },

  'callbacks have to be functions': (trial) => {
    const loop = trial.loop();
    const notAFunction = 7 as unknown as () => void;
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.callSoon(notAFunction));
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.callSoonThreadsafe(notAFunction));
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.callLater(0, notAFunction));
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.callAt(0, notAFunction));
  },

  'stop() lets the batch finish that runs': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => loop.stop());
    loop.callSoon(() => {
      log.push('same batch');
      loop.callSoon(() => log.push('next batch'));
    });
    await trial.runForever(loop);
    assert.deepEqual(log, ['same batch']);
  },

  'stop() before a run lets exactly one batch run, and counts for that run alone': async (
    trial,
  ) => {
    const loop = trial.loop();
    let count = 0;
    const again = (): void => {
      count += 1;
      if (count === 5) loop.stop();
      loop.callSoon(again);
    };
    loop.callSoon(again);
    loop.stop();
    loop.stop();
    await trial.runForever(loop);
    assert.equal(count, 1);
    await trial.runForever(loop);
    assert.equal(count, 5);
  },

  'a run finds what was scheduled between two runs': async (trial) => {
    const loop = trial.loop();
    const log: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      loop.callSoon(() => log.push(count));
      loop.callLater(1, () => loop.stop());
      await trial.runForever(loop);
    }
    assert.deepEqual(log, [0, 1, 2]);
  },
};

/** `cancel()`. */
export const cancelChecks: Checks = {
  'cancel() keeps a callback from running': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const handle = loop.callSoon(() => log.push('cancelled'));
    loop.callSoonThreadsafe(() => log.push('cancelled, too')).cancel();
    assert.equal(handle.cancelled(), false);
    handle.cancel();
    handle.cancel();
    await trial.runOneBatch(loop);
    assert.deepEqual(log, []);
    assert.equal(handle.cancelled(), true);
  },

  'cancel() reaches a callback of the batch that runs': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => next.cancel());
    const next = loop.callSoon(() => log.push('next'));
    await trial.runOneBatch(loop);
    assert.deepEqual(log, []);
  },

  'cancel() keeps a timer from firing': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const timer = loop.callLater(1, () => log.push('timer'));
    loop.callAt(loop.time() + 1, () => log.push('timer, too')).cancel();
    loop.callSoon(() => timer.cancel());
    loop.callLater(3, () => loop.stop());
    await trial.runForever(loop);
    assert.deepEqual(log, []);
    assert.equal(timer.cancelled(), true);
  },

  'cancel() comes too late for a callback that runs, or ran': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const handle = loop.callSoon(() => {
      handle.cancel();
      log.push('ran');
    });
    await trial.runOneBatch(loop);
    handle.cancel();
    assert.deepEqual(log, ['ran']);
    assert.equal(handle.cancelled(), true);
  },
};

/** Of loops that have `callRunnable`, which is optional. */
export const runnableChecks: Checks = {
  'callRunnable() keeps the order of callSoon(), and runs once for each call': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    const runnable = { run: (): void => void log.push('runnable') };
    loop.callSoon(() => log.push('before'));
    loop.callRunnable?.(runnable);
    loop.callSoon(() => log.push('between'));
    loop.callRunnable?.(runnable);
    assert.equal(log.length, 0);
    await trial.runOneBatch(loop);
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['before', 'runnable', 'between', 'runnable']);
  },

  'callRunnable() is refused once the loop is closed': (trial) => {
    const loop = trial.loop();
    loop.close();
    throwsWith('ERR_LOOP_CLOSED', () => loop.callRunnable?.({ run: ignore }));
  },
};

/** Of loops that have not. */
export const withoutRunnableChecks: Checks = {
  'a loop without callRunnable() is given everything by callSoon()': async (trial) => {
    const loop = trial.loop();
    const callSoon = loop.callSoon.bind(loop);
    let count = 0;
    loop.callSoon = ((callback: () => void, ...args: []) => {
      if ((callback as unknown) === run) count += 1;
      return callSoon(callback, ...args);
    }) as typeof loop.callSoon;
    const future = loop.createFuture<number>();
    let seen = 0;
    future.addDoneCallback(() => (seen = future.result()));
    future.setResult(7);
    await trial.runOneBatch(loop);
    assert.deepEqual([count, seen], [1, 7]);
  },
};
