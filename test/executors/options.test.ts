// The options of an executor: defaults, and an error for each that is out of range.

import { availableParallelism } from 'node:os';
import { InvalidArgumentError, PiscinaExecutor } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { fillOptions } from '#src/executors/options.js';

describe('the options of an executor', () => {
  test('have defaults', () => {
    expect(fillOptions({})).toEqual({
      maxThreads: availableParallelism(),
      minThreads: 0,
      idleTimeoutMs: 10_000,
      maxQueue: Infinity,
      graceMs: 5_000,
      resourceLimits: {},
    });
  });

  test('are taken as given', () => {
    const given = {
      maxThreads: 1024,
      minThreads: 1024,
      idleTimeoutMs: Infinity,
      maxQueue: 0,
      graceMs: 0,
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    };
    expect(fillOptions(given)).toEqual(given);
    expect(fillOptions({ minThreads: 1000 }).maxThreads).toBe(1000);
  });

  const duration = 'a number of milliseconds from 0 to 2147483647, or Infinity';
  test.for([
    ['maxThreads', 0, 'a whole number from 1 to 1024'],
    ['maxThreads', 1.5, 'a whole number from 1 to 1024'],
    ['maxThreads', Infinity, 'a whole number from 1 to 1024'],
    ['maxThreads', '2', 'a whole number from 1 to 1024'],
    ['minThreads', -1, `a whole number from 0 to ${availableParallelism()}`],
    ['idleTimeoutMs', -1, duration],
    ['idleTimeoutMs', Number.NaN, duration],
    ['maxQueue', -1, 'a whole number from 0 to 9007199254740991'],
    ['maxQueue', 0.5, 'a whole number from 0 to 9007199254740991'],
    ['graceMs', 2 ** 31, duration],
    ['graceMs', null, duration],
    ['resourceLimits', null, "an object, as for Node's Worker"],
  ] as const)('are checked: %s %s', ([option, value, allowed]) => {
    const make = (): unknown => new PiscinaExecutor({ [option]: value });
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(`option '${option}' has to be ${allowed}, got `);
  });

  test('of shutdown() are checked too', () => {
    const shutdown = (): unknown => new PiscinaExecutor().shutdown({ timeoutMs: -1 });
    expect(shutdown).toThrow(`option 'timeoutMs' has to be ${duration}, got -1`);
  });
});
