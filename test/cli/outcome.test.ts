// Whatever a function returns or throws, there is a line of JSON for it.

import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ErrorRecord,
  outcomeOfDeath,
  outcomeOfError,
  outcomeOfTimeout,
  outcomeOfValue,
} from '#src/cli/outcome.js';
import { LoopDiedError } from '#src/errors.js';

function refuse(): string {
  throw new Error('no JSON of me');
}

function recordOf(error: unknown): ErrorRecord {
  return JSON.parse(outcomeOfError(error, 1).json) as ErrorRecord;
}

describe('the outcome of a value', () => {
  test('is its JSON text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { isError, json } = outcomeOfValue(value, 1);
        expect([isError, json]).toEqual([false, JSON.stringify(value)]);
      }),
    );
  });

  test('is null for undefined', () => {
    expect(outcomeOfValue(undefined, 2)).toEqual({ isError: false, json: 'null', ms: 2 });
  });

  const circle: { self?: unknown } = {};
  circle.self = circle;
  const thrower = { toJSON: refuse };
  const oddValues: ReadonlyArray<readonly [name: string, value: unknown, message: RegExp]> = [
    ['a BigInt', 1n, /JSON cannot hold: Do not know how to serialize a BigInt/],
    ['a BigInt inside', { a: [1n] }, /JSON cannot hold: Do not know how to serialize a BigInt/],
    ['a circle', circle, /JSON cannot hold: Converting circular structure to JSON$/],
    ['a function', () => 1, /returned a function: JSON has none/],
    ['a symbol', Symbol('s'), /returned a symbol: JSON has none/],
    ['a toJSON that throws', thrower, /JSON cannot hold: no JSON of me/],
    ['a toJSON that gives nothing', { toJSON: () => undefined }, /whose toJSON\(\) gives nothing/],
  ];
  test.for(oddValues)('is an error that names the problem for %s', ([, value, message]) => {
    const { isError, json } = outcomeOfValue(value, 1);
    expect(isError).toBe(true);
    expect((JSON.parse(json) as ErrorRecord).message).toMatch(message);
  });
});

describe('the outcome of an error', () => {
  test('has name, message, code, stack and cause', () => {
    const error = new TypeError('bad', { cause: new RangeError('worse') });
    const record = recordOf(Object.assign(error, { code: 'E_BAD' }));
    expect(record).toMatchObject({
      name: 'TypeError',
      message: 'bad',
      code: 'E_BAD',
      cause: { name: 'RangeError', message: 'worse' },
    });
    expect(record.stack).toMatch(/^TypeError: bad\n {4}at /);
  });

  test('tells the parts of an AggregateError', () => {
    const record = recordOf(new AggregateError([new Error('a'), 'b'], 'both'));
    expect(record.errors?.map(({ message }) => message)).toEqual(['a', "'b'"]);
  });

  test.for([
    ['text', "'text'"],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [{ a: 1 }, '{ a: 1 }'],
  ] as const)('tells that %j was thrown', ([thrown, message]) => {
    expect(recordOf(thrown)).toEqual({ name: 'ThrownValue', message });
  });

  test('knows an error of another realm', () => {
    const error: unknown = runInNewContext('new RangeError("far")');
    expect(recordOf(error)).toMatchObject({ name: 'RangeError', message: 'far' });
  });

  test('ends for a chain of causes that is a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(outcomeOfError(error, 1).json.match(/"round"/g)?.length).toBeLessThan(20);
  });

  test('of our own making has no stack, which would lead nowhere', () => {
    expect(JSON.parse(outcomeOfTimeout(300, 310).json)).toEqual({
      name: 'TimeoutError',
      message: 'timed out after 300 ms',
      code: 'ERR_TIMEOUT',
    });
    const death = new LoopDiedError({ loop: 'loop-1', exitCode: 3, reason: 'it left' });
    expect(JSON.parse(outcomeOfDeath(death, 5).json)).toEqual({
      name: 'LoopDiedError',
      message: "Loop 'loop-1' died: it left, exit code 3",
      code: 'ERR_LOOP_DIED',
    });
  });
});
