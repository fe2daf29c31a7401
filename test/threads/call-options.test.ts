// The options of calls: what is refused, with which words, and how they are bound.

import { InvalidArgumentError, type RemoteLoop } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { checkCallOptions, graceOf, type CallOptions } from '#src/threads/call-options.js';
import { startLoops } from './loops.js';

const milliseconds = 'a number of milliseconds, 0 or more';
const ranks = `'user-blocking', 'user-visible', 'background'`;

const wrongValues: readonly [option: string, value: unknown, allowed: string, shown: string][] = [
  ['signal', {}, 'an AbortSignal', '{}'],
  ['signal', null, 'an AbortSignal', 'null'],
  ['timeoutMs', -1, milliseconds, '-1'],
  ['timeoutMs', Number.NaN, milliseconds, 'NaN'],
  ['timeoutMs', '5', milliseconds, `'5'`],
  ['queueTimeoutMs', -0.5, milliseconds, '-0.5'],
  ['queueTimeoutMs', null, milliseconds, 'null'],
  ['graceMs', Number.NEGATIVE_INFINITY, milliseconds, '-Infinity'],
  ['graceMs', '1s', milliseconds, `'1s'`],
  ['transferList', new Set(), 'an array', 'Set(0) {}'],
  ['priority', 'urgent', ranks, `'urgent'`],
  ['priority', 1, ranks, '1'],
  ['key', {}, 'a text or a number', '{}'],
  ['key', null, 'a text or a number', 'null'],
  ['retries', -1, 'a whole number, 0 or more', '-1'],
  ['retries', 1.5, 'a whole number, 0 or more', '1.5'],
  ['retries', Number.NaN, 'a whole number, 0 or more', 'NaN'],
  ['retries', '2', 'a whole number, 0 or more', `'2'`],
];

describe('an option out of range', () => {
  test.each(wrongValues)(
    'is refused with its name, its value and what is allowed: %s = %j',
    (...[option, value, allowed, shown]) => {
      const check = () => checkCallOptions({ [option]: value });
      expect(check).toThrow(InvalidArgumentError);
      expect(check).toThrow(`option '${option}' has to be ${allowed}, got ${shown}`);
    },
  );
});

test('options at the edge of their range are taken', () => {
  const options: CallOptions = {
    signal: new AbortController().signal,
    timeoutMs: 0,
    queueTimeoutMs: Infinity,
    graceMs: 0.5,
    transferList: [],
    priority: 'background',
    key: 0,
    retries: Infinity,
  };
  expect(checkCallOptions(options)).toBe(options);
});

test('grace is a second after a timeout, without end after other cancels, or as asked', () => {
  expect(graceOf({}, true)).toBe(1_000);
  expect(graceOf({}, false)).toBe(Infinity);
  for (const isTimeout of [true, false]) expect(graceOf({ graceMs: 5 }, isTimeout)).toBe(5);
});

test('with() refuses at once, on loops and on the coordinator', async () => {
  const coordinator = await startLoops({ loops: 1 });
  const [loop] = coordinator.loops as [RemoteLoop];
  for (const face of [loop, coordinator]) {
    expect(() => face.with({ timeoutMs: -1 })).toThrow(
      `option 'timeoutMs' has to be ${milliseconds}, got -1`,
    );
  }
  expect(loop.with({ timeoutMs: 5 }).name).toBe(loop.name);
});
