/**
 * The contract's chapter on runs: who runs when, how a run ends, which loop is the current one,
 * and what closing means. Runs on the thread of the loop that is tried.
 */
import { strict as assert } from 'node:assert';
import type { Coroutine } from '../../loop/coroutine.js';
import { getEventLoop, getRunningLoop, setEventLoop } from '../../loop/current-loop.js';
import { isEventLoop } from '../../loop/event-loop.js';
import { sleep } from '../../tasks/sleep.js';
import { failsWith, throwsWith } from './trial.js';
import type { Checks } from './trial.js';

function* answer<T>(value: T): Coroutine<T> {
  yield* sleep(0);
  return value;
}

/** It is asked for in the end. */
function ignore(): void {}

/** The running loop and the current one. */
export const currentLoopChecks: Checks = {
  'a loop has a name, and can be set as the current one': (trial) => {
    const loop = trial.loop();
    assert.equal(isEventLoop(loop), true);
    assert.equal(typeof loop.name, 'string');
    setEventLoop(loop);
    assert.equal(getEventLoop(), loop);
    assert.equal(loop.isRunning(), false);
  },

  'a run makes the loop the running one of its thread, until its end': async (trial) => {
    const loop = trial.loop();
    const other = trial.loop();
    setEventLoop(other);
    const seen: unknown[] = [];
    const look = (): void => {
      seen.push(loop.isRunning(), other.isRunning(), getRunningLoop() === loop);
      seen.push(getEventLoop() === loop);
    };
    loop.callSoon(look);
    loop.callLater(1, look);
    loop.callLater(2, () => loop.stop());
    await trial.runForever(loop);
    assert.deepEqual(seen, [true, false, true, true, true, false, true, true]);
    assert.equal(loop.isRunning(), false);
    throwsWith('ERR_NO_RUNNING_LOOP', getRunningLoop);
    assert.equal(getEventLoop(), other);
  },

  'a run of a loop that runs already is refused': async (trial) => {
    const loop = trial.loop();
    let refused: Promise<unknown> = Promise.resolve();
    loop.callSoon(() => {
      refused = Promise.all([
        failsWith('ERR_LOOP_RUNNING', trial.runForever(loop)),
        failsWith('ERR_LOOP_RUNNING', trial.runUntilComplete(loop, answer(1))),
      ]);
      refused.catch(ignore);
      loop.callLater(1, () => loop.stop());
    });
    await trial.runForever(loop);
    await refused;
  },

  'a run inside that of another loop is refused, and changes nothing': async (trial) => {
    const outer = trial.loop();
    const inner = trial.loop();
    let refused: Promise<unknown> = Promise.resolve();
    let hasBegun = false;
    let seen: unknown[] = [];
    const work = function* (): Coroutine<void> {
      hasBegun = true;
    };
    outer.callSoon(() => {
      refused = failsWith('ERR_LOOP_RUNNING', trial.runUntilComplete(inner, work()));
      refused.catch(ignore);
      seen = [getRunningLoop() === outer, inner.isRunning()];
      outer.stop();
    });
    await trial.runForever(outer);
    await refused;
    assert.deepEqual(seen, [true, false]);
    assert.equal(hasBegun, false);
  },
};

/** `runUntilComplete`. */
export const completionChecks: Checks = {
  'a run until completion gives the value, whatever the loop is given': async (trial) => {
    const loop = trial.loop();
    const future = loop.createFuture<string>();
    loop.callSoon(() => future.setResult('future'));
    assert.equal(await trial.runUntilComplete(loop, future), 'future');
    assert.equal(await trial.runUntilComplete(loop, future), 'future');
    assert.equal(await trial.runUntilComplete(loop, answer('coroutine')), 'coroutine');
    assert.equal(await trial.runUntilComplete(loop, () => answer('function')), 'function');
  },

  'a run until completion throws the error of its work': async (trial) => {
    const loop = trial.loop();
    const failure = new RangeError('out of reach');
    const fail = function* (): Coroutine<never> {
      yield* sleep(1);
      throw failure;
    };
    await assert.rejects(trial.runUntilComplete(loop, fail()), (error) => error === failure);
  },

  'a run until completion leaves no stop behind': async (trial) => {
    const loop = trial.loop();
    await trial.runUntilComplete(loop, answer(1));
    const log: string[] = [];
    const second = (): void => {
      log.push('second batch');
      loop.stop();
    };
    loop.callSoon(() => void loop.callSoon(second));
    await trial.runForever(loop);
    assert.deepEqual(log, ['second batch']);
  },

  'a run until completion refuses what cannot be awaited': async (trial) => {
    const loop = trial.loop();
    await failsWith('ERR_INVALID_ARGUMENT', trial.runUntilComplete(loop, 'blah'));
    const foreign = trial.loop().createFuture();
    await failsWith('ERR_DIFFERENT_LOOP', trial.runUntilComplete(loop, foreign));
  },

  'a run that is stopped leaves its work pending, and another one resumes it': async (trial) => {
    const loop = trial.loop();
    const work = function* (): Coroutine<number> {
      yield* sleep(1);
      loop.stop();
      yield* sleep(1);
      return 7;
    };
    const task = loop.createTask(work());
    await failsWith('ERR_LOOP_STOPPED', trial.runUntilComplete(loop, task));
    assert.equal(task.done(), false);
    assert.equal(await trial.runUntilComplete(loop, task), 7);
  },
};

/** `close`. */
export const closingChecks: Checks = {
  'closing is for good, and can be done twice': async (trial) => {
    const loop = trial.loop();
    assert.equal(loop.isClosed(), false);
    loop.close();
    loop.close();
    assert.equal(loop.isClosed(), true);
    throwsWith('ERR_LOOP_CLOSED', () => loop.callSoon(() => {}));
    throwsWith('ERR_LOOP_CLOSED', () => loop.callSoonThreadsafe(() => {}));
    throwsWith('ERR_LOOP_CLOSED', () => loop.callLater(1, () => {}));
    throwsWith('ERR_LOOP_CLOSED', () => loop.callAt(1, () => {}));
    throwsWith('ERR_LOOP_CLOSED', () => loop.createTask(() => 1));
    await failsWith('ERR_LOOP_CLOSED', trial.runForever(loop));
    await failsWith('ERR_LOOP_CLOSED', trial.runUntilComplete(loop, answer(1)));
    assert.equal(loop.isRunning(), false);
  },

  'closing drops what waits': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => log.push('soon'));
    loop.callLater(0, () => log.push('later'));
    loop.callLater(1, () => log.push('timer'));
    loop.close();
    const other = trial.loop();
    other.callLater(5, () => other.stop());
    await trial.runForever(other);
    assert.deepEqual(log, []);
  },

  'closing is refused while the loop runs': async (trial) => {
    const loop = trial.loop();
    const log: string[] = [];
    loop.callSoon(() => {
      throwsWith('ERR_LOOP_RUNNING', () => loop.close());
      log.push('refused');
    });
    loop.callSoon(() => log.push('goes on'));
    await trial.runOneBatch(loop);
    assert.deepEqual(log, ['refused', 'goes on']);
    assert.equal(loop.isClosed(), false);
  },

  'a coroutine that is given to a closed loop is ended': (trial) => {
    const loop = trial.loop();
    loop.close();
    const coroutine = answer(1);
    throwsWith('ERR_LOOP_CLOSED', () => loop.createTask(coroutine));
    assert.deepEqual(coroutine.next(), { done: true, value: undefined });
  },
};
