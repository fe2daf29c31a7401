// The options of `threadloop map` taken together: which ones fit, and how loops share the work.

import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { type RawMapOptions, shareSlots, toMapOptions } from '#src/cli/map-options.js';

const range: RawMapOptions = { range: '0:5' };

describe('toMapOptions', () => {
  test('fills in what was not given', () => {
    expect(toMapOptions('m.js', [], range)).toEqual({
      module: 'm.js',
      inputs: { kind: 'range', range: { from: 0, to: 5 } },
      loopCount: undefined,
      concurrency: undefined,
      outPath: undefined,
      isResumed: false,
      isOrdered: true,
      timeoutMs: undefined,
      retryCount: 0,
      isFailFast: false,
      isQuiet: false,
    });
  });

  test.for([
    [['a', 'b*'], {}, { kind: 'files', patterns: ['a', 'b*'] }],
    [['-'], {}, { kind: 'lines', path: '-', isJson: false }],
    [['-'], { json: true }, { kind: 'lines', path: '-', isJson: true }],
    [[], { lines: '-' }, { kind: 'lines', path: '-', isJson: false }],
    [[], { lines: 'x', json: true }, { kind: 'lines', path: 'x', isJson: true }],
  ] as const)('takes inputs from %j with %j', ([patterns, raw, inputs]) => {
    expect(toMapOptions('m.js', patterns, raw).inputs).toEqual(inputs);
  });

  test.for([
    [[], {}, /^no inputs given; name files by a glob, or use --lines FILE/],
    [['a'], range, /^inputs come from one place, got files and --range; choose one$/],
    [['-'], { lines: 'x' }, /got - and --lines/],
    [[], { lines: 'x', range: '0:1' }, /got --lines and --range/],
    [['a'], { json: true }, /^--json is for inputs that are lines/],
    [[], { ...range, json: true }, /^--json is for inputs that are lines/],
    [[], { ...range, resume: true }, /^--resume needs --out FILE/],
    [[], { ...range, resume: true, out: '-' }, /^--resume needs --out FILE/],
    [[], { ...range, out: '' }, /^--out needs the name of a file/],
    [[], { ...range, loops: '0' }, /^--loops must be/],
    [[], { ...range, concurrency: 'x' }, /^--concurrency must be/],
    [[], { ...range, retries: '-1' }, /^--retries must be/],
    [[], { ...range, timeout: 'soon' }, /^--timeout must be/],
    [[], { range: '0' }, /^--range must be/],
  ] as const)('refuses %j with %j', ([patterns, raw, message]) => {
    expect(() => toMapOptions('m.js', patterns, raw)).toThrow(message);
  });

  test('takes --out - as standard output', () => {
    expect(toMapOptions('m.js', [], { ...range, out: '-' }).outPath).toBeUndefined();
  });
});

describe('shareSlots', () => {
  const share = (raw: RawMapOptions, inputCount?: number): number[] =>
    shareSlots(toMapOptions('m.js', [], { ...range, ...raw }), inputCount);

  test('gives each loop one slot, and takes as many loops as the machine offers', () => {
    expect(share({})).toEqual(Array.from({ length: availableParallelism() }, () => 1));
  });

  test('needs no more loops than there are inputs, unless they were asked for', () => {
    expect(share({}, 1)).toEqual([1]);
    expect(share({}, 0)).toEqual([1]);
    expect(share({ loops: '3' }, 1)).toEqual([1, 1, 1]);
  });

  test('spreads the concurrency exactly', () => {
    expect(share({ loops: '3', concurrency: '7' })).toEqual([3, 2, 2]);
    expect(share({ loops: '2', concurrency: '2' })).toEqual([1, 1]);
  });

  test('leaves out loops that would have nothing to do', () => {
    expect(share({ loops: '4', concurrency: '2' })).toEqual([1, 1]);
  });
});
