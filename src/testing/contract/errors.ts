/**
 * The contract's chapter on errors that nobody waits for, and on debug mode.
 * Runs on the thread of the loop that is tried.
 */
import { strict as assert } from 'node:assert';
import type { ExceptionContext } from '../../loop/exception-handler.js';
import type { Checks } from './trial.js';
import { recordConsole, throwsWith } from './trial.js';

/** What callbacks throw. */
export const errorChecks: Checks = {
  'a callback that throws is reported with its handle, and the others go on': async (trial) => {
    const loop = trial.loop();
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    const failure = new RangeError('division by zero');
    const handle = loop.callSoon(function divide() {
      throw failure;
    });
    let wentOn = 0;
    loop.callSoon(() => (wentOn += 1));
    loop.callLater(0, () => (wentOn += 1));
    await trial.runOneBatch(loop);
    assert.equal(wentOn, 2);
    assert.equal(reports.length, 1, `${reports.length} reports for one error`);
    assert.equal(reports[0]?.exception, failure);
    assert.equal(reports[0]?.handle, handle);
    assert.match(String(reports[0]?.message), /divide/u);
  },

  'a callback may throw anything, also nothing': async (trial) => {
    const loop = trial.loop();
    const reports: ExceptionContext[] = [];
    loop.setExceptionHandler((_loop, context) => reports.push(context));
    loop.callSoon(() => {
      // oxlint-disable-next-line typescript/only-throw-error -- users do throw such things
      throw undefined;
    });
    loop.callLater(0, () => {
      // oxlint-disable-next-line typescript/only-throw-error -- users do throw such things
      throw 'text';
    });
    await trial.runOneBatch(loop);
    assert.deepEqual(
      reports.map((context) => ('exception' in context ? context.exception : 'none')),
      [undefined, 'text'],
    );
  },

  'the exception handler is called with the loop, and null brings the default back': async (
    trial,
  ) => {
    const loop = trial.loop();
    assert.equal(loop.getExceptionHandler(), null);
    const calls: unknown[] = [];
    const handler = (...args: unknown[]): void => void calls.push(args);
    loop.setExceptionHandler(handler);
    assert.equal(loop.getExceptionHandler(), handler);
    const context: ExceptionContext = { message: 'for nobody' };
    loop.callExceptionHandler(context);
    assert.deepEqual(calls, [[loop, context]]);
    assert.equal((calls[0] as unknown[])[1], context);
    const records = await recordConsole(() => {
      loop.setExceptionHandler(null);
      loop.callExceptionHandler({ message: 'for the console' });
    });
    assert.equal(calls.length, 1);
    assert.equal(records.length, 1, 'the default handler writes one record');
    assert.match(String(records[0]), /for the console/u);
    throwsWith('ERR_INVALID_ARGUMENT', () => loop.setExceptionHandler(7 as never));
  },

  'an exception handler that throws is itself reported, and breaks nothing': async (trial) => {
    const loop = trial.loop();
    loop.setExceptionHandler(() => {
      throw new Error('the handler failed');
    });
    let wentOn = false;
    const records = await recordConsole(async () => {
      loop.callSoon(() => {
        throw new Error('the callback failed');
      });
      loop.callSoon(() => (wentOn = true));
      await trial.runOneBatch(loop);
    });
    assert.equal(wentOn, true);
    assert.equal(records.length, 1, `${records.length} records for one handler that threw`);
  },
};

/** Debug mode. */
export const debugChecks: Checks = {
  'debug mode can be turned on and off': (trial) => {
    const loop = trial.loop();
    loop.setDebug(true);
    assert.equal(loop.getDebug(), true);
    loop.setDebug(false);
    assert.equal(loop.getDebug(), false);
  },

  'in debug mode a slow callback is reported, and a quick one is not': async (trial) => {
    const loop = trial.loop();
    loop.setDebug(true);
    loop.slowCallbackDurationMs = 20;
    const records = await recordConsole(async () => {
      loop.callSoon(function quick() {});
      loop.callSoon(function slow() {
        const endMs = performance.now() + 25;
        while (performance.now() < endMs);
      });
      await trial.runOneBatch(loop);
    });
    assert.equal(records.length, 1, `${records.length} reports of one slow callback`);
  },
};
