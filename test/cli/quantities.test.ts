// What a user may type as a count, a duration or a range, and what is refused.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCount, parseDurationMs, parseRange } from '#src/cli/quantities.js';

const bounds = { min: 1, max: 512 };

describe('parseCount', () => {
  test.for([
    ['1', 1],
    ['007', 7],
    ['512', 512],
  ] as const)('reads %s', ([text, count]) => {
    expect(parseCount('--loops', text, bounds)).toBe(count);
  });

  test.for(['0', '-1', '513', 'abc', '', ' ', '1.5', '1e3', '0x10', '12abc', 'Infinity'])(
    'refuses "%s", naming the option, the value and the bounds',
    (text) => {
      expect(() => parseCount('--loops', text, bounds)).toThrow(
        `--loops must be a whole number from 1 to 512, got '${text}'`,
      );
    },
  );
});

describe('parseDurationMs', () => {
  test.for([
    ['500', 500],
    ['500ms', 500],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['1h', 3_600_000],
    ['0.6', 1],
  ] as const)('reads %s', ([text, durationMs]) => {
    expect(parseDurationMs('--timeout', text)).toBe(durationMs);
  });

  test.for(['0', '0.1', '-5', '', 's', '5 s', '5d', '1e9', '999h999', '25000h', 'NaN'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseDurationMs('--timeout', text)).toThrow(
        /^--timeout must be a time such as 500, 500ms, 2s or 1m/,
      );
    },
  );
});

describe('parseRange', () => {
  test('reads any two safe integers in order', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(parseRange('--range', `${from}:${to}`)).toEqual({ from, to });
      }),
    );
  });

  test('refuses a range that ends before it begins, and turns it round', () => {
    expect(() => parseRange('--range', '5:3')).toThrow(
      "--range ends before it begins: '5:3'; write it as 3:5",
    );
  });

  test.for(['', ':', '1', '1:', ':5', 'a:b', '1:2:3', '1.5:3', '1-5', '1:99999999999999999999'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseRange('--range', text)).toThrow(/^--range must be A:B, the integers from/);
    },
  );
});
