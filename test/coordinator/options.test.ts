import { availableParallelism } from 'node:os';
import { Coordinator, type CoordinatorOptions, InvalidArgumentError, loopNames } from 'threadloop';
import { WorkerSpawner } from 'threadloop/lowlevel';
import { describe, expect, test } from 'vitest';
import { fillOptions, fillShutdownOptions } from '#src/coordinator/options.js';
import { startScripted, work } from './scripted-threads.js';

describe('the options of start()', () => {
  test('have defaults', () => {
    expect(fillOptions({})).toEqual({
      loops: availableParallelism(),
      name: 'loop',
      initialize: null,
      finalize: null,
      startTimeoutMs: 60_000,
      restart: { maxRestarts: 5, withinMs: 60_000, firstDelayMs: 50, longestDelayMs: 2_000 },
      recycle: { afterMs: Infinity, afterCalls: Infinity, afterHeapMB: Infinity },
      lateErrors: 'report',
      maxPendingCount: Infinity,
      whenFull: 'refuse',
      pollMs: undefined,
      spawner: expect.any(WorkerSpawner) as WorkerSpawner,
    });
  });

  test('are taken as given', () => {
    const spawner = new WorkerSpawner();
    const given = {
      loops: 1024,
      name: 'crew',
      initialize: work,
      finalize: work,
      startTimeoutMs: Infinity,
      restart: { maxRestarts: 0, withinMs: 1, firstDelayMs: 0, longestDelayMs: 0 },
      recycle: { afterMs: 1, afterCalls: 2, afterHeapMB: 3 },
      lateErrors: 'die' as const,
      maxPendingCount: 1,
      whenFull: 'wait' as const,
      pollMs: 0.5,
      spawner,
    };
    expect(fillOptions(given)).toEqual(given);
    expect(fillOptions({ restart: 'never' }).restart).toBe(null);
    expect(fillOptions({ restart: { maxRestarts: 9 } }).restart?.withinMs).toBe(60_000);
    expect(fillOptions({ loops: 1 }).loops).toBe(1);
  });

  const loopsRange = 'a whole number from 1 to 1024';
  const initialize = 'a remote function: take it from remoteModule(url)';

  test.for([
    ['loops', 0, loopsRange],
    ['loops', -1, loopsRange],
    ['loops', 1.5, loopsRange],
    ['loops', Number.NaN, loopsRange],
    ['loops', Infinity, loopsRange],
    ['loops', 2000, loopsRange],
    ['loops', 'abc', loopsRange],
    ['loops', null, loopsRange],
    ['name', '', 'a text that is not empty'],
    ['name', 5, 'a text that is not empty'],
    ['initialize', () => {}, initialize],
    ['initialize', 'init', initialize],
    ['initialize', null, initialize],
    ['finalize', 'end', initialize],
    ['startTimeoutMs', 0, 'a number, 1 or more'],
    ['startTimeoutMs', '5', 'a number, 1 or more'],
    ['maxPendingCount', 0, 'a number, 1 or more'],
    ['pollMs', -1, 'a number of milliseconds from 0 to 10'],
    ['pollMs', 11, 'a number of milliseconds from 0 to 10'],
    ['pollMs', '1', 'a number of milliseconds from 0 to 10'],
    ['whenFull', 'drop', `'refuse' or 'wait'`],
    ['lateErrors', true, `'report' or 'die'`],
    ['restart', 'always', `'never' or a policy: { maxRestarts, withinMs, `],
    ['recycle', null, 'a policy: { afterMs, afterCalls, afterHeapMB }'],
  ] as const)('are refused by name, value and range: %s %o', async ([option, value, range]) => {
    const options = { [option]: value } as unknown as CoordinatorOptions;
    const start = Coordinator.start(options);
    await expect(start).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(start).rejects.toThrow(`option '${option}' has to be ${range}`);
    expect(loopNames()).toEqual(['main']);
  });
});

describe('options within an option', () => {
  test.for([
    ['restart', { maxRestarts: -1 }, 'restart.maxRestarts', 'a number, 0 or more'],
    ['restart', { withinMs: 'long' }, 'restart.withinMs', 'a number, 0 or more'],
    ['recycle', { afterCalls: 0 }, 'recycle.afterCalls', 'a number, 1 or more'],
    ['recycle', { afterHeapMB: null }, 'recycle.afterHeapMB', 'a number, 1 or more'],
  ] as const)('are refused by their full names: %s %o', ([option, value, name, range]) => {
    const attempt = () => fillOptions(Object.fromEntries([[option, value]]));
    expect(attempt).toThrow(`option '${name}' has to be ${range}, got `);
  });
});

describe('the options of shutdown()', () => {
  test('have defaults', () => {
    expect(fillShutdownOptions({})).toEqual({ mode: 'drain', timeoutMs: Infinity });
    expect(fillShutdownOptions({ mode: 'cancel', timeoutMs: 0 })).toEqual({
      mode: 'cancel',
      timeoutMs: 0,
    });
  });

  test.for([
    ['mode', 'kill', `'drain', 'cancel' or 'terminate'`],
    ['mode', null, `'drain', 'cancel' or 'terminate'`],
    ['timeoutMs', -1, 'a number of milliseconds, 0 or more'],
    ['timeoutMs', Number.NaN, 'a number of milliseconds, 0 or more'],
    ['timeoutMs', '5', 'a number of milliseconds, 0 or more'],
  ] as const)('are refused, and nothing is shut down: %s %o', async ([option, value, range]) => {
    const { coordinator } = await startScripted();
    const attempt = (): unknown => coordinator.shutdown({ [option]: value });
    expect(attempt).toThrow(InvalidArgumentError);
    expect(attempt).toThrow(`option '${option}' has to be ${range}, got `);
    expect(coordinator.toString()).toBe('<Coordinator open loops=1>');
  });
});
