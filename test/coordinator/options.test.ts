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
      spawner: expect.any(WorkerSpawner) as WorkerSpawner,
    });
  });

  test('are taken as given', () => {
    const spawner = new WorkerSpawner();
    const given = { loops: 1024, name: 'crew', initialize: work, spawner };
    expect(fillOptions(given)).toEqual(given);
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
  ] as const)('are refused by name, value and range: %s %o', async ([option, value, range]) => {
    const options = { [option]: value } as unknown as CoordinatorOptions;
    const start = Coordinator.start(options);
    await expect(start).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(start).rejects.toThrow(`option '${option}' has to be ${range}, got `);
    expect(loopNames()).toEqual(['main']);
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
