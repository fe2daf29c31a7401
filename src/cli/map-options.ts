/**
 * The options of `threadloop map`, checked and complete.
 *
 * Commander gives texts; here they become numbers and choices, with an error for each that does not
 * fit and for those that do not fit together.
 */
import { availableParallelism } from 'node:os';
import { parseCount, parseDurationMs, parseRange } from './quantities.js';
import type { IntegerRange } from './quantities.js';
import { UsageError } from './usage-error.js';

/** Each loop is a thread with a heap of its own; more than this is a slip of the hand. */
const maxLoopCount = 512;

/** Bounds the memory that waiting inputs take on the loops. */
const maxConcurrency = 100_000;

/** More tries than anybody waits for. */
const maxRetryCount = 1000;

/** Where inputs come from; exactly one of the three. */
export type InputChoice =
  | { readonly kind: 'files'; readonly patterns: readonly string[] }
  | { readonly kind: 'lines'; readonly path: string; readonly isJson: boolean }
  | { readonly kind: 'range'; readonly range: IntegerRange };

/** What the user asked for. */
export interface MapOptions {
  /** `MODULE[#export]`. */
  readonly module: string;
  readonly inputs: InputChoice;
  /** `undefined`: what the machine offers. */
  readonly loopCount: number | undefined;
  /** `undefined`: one for each loop. */
  readonly concurrency: number | undefined;
  /** `undefined`: standard output. */
  readonly outPath: string | undefined;
  readonly isResumed: boolean;
  readonly isOrdered: boolean;
  readonly timeoutMs: number | undefined;
  readonly retryCount: number;
  readonly isFailFast: boolean;
  readonly isQuiet: boolean;
}

/** The options as commander gives them. */
export interface RawMapOptions {
  readonly lines?: string;
  readonly json?: true;
  readonly range?: string;
  readonly loops?: string;
  readonly concurrency?: string;
  readonly out?: string;
  readonly resume?: true;
  readonly unordered?: true;
  readonly timeout?: string;
  readonly retries?: string;
  readonly failFast?: true;
  readonly quiet?: true;
}

/**
 * Checks the options.
 *
 * @throws UsageError at the first that is wrong
 */
export function toMapOptions(
  module: string,
  patterns: readonly string[],
  raw: RawMapOptions,
): MapOptions {
  const outPath = raw.out === '-' ? undefined : raw.out;
  if (raw.resume === true && outPath === undefined) {
    throw new UsageError('--resume needs --out FILE: the file of the run that is to be resumed');
  }
  if (outPath === '') throw new UsageError('--out needs the name of a file');
  return {
    module,
    inputs: chooseInputs(patterns, raw),
    loopCount: optionalCount('--loops', raw.loops, 1, maxLoopCount),
    concurrency: optionalCount('--concurrency', raw.concurrency, 1, maxConcurrency),
    outPath,
    isResumed: raw.resume === true,
    isOrdered: raw.unordered !== true,
    timeoutMs: raw.timeout === undefined ? undefined : parseDurationMs('--timeout', raw.timeout),
    retryCount: optionalCount('--retries', raw.retries, 0, maxRetryCount) ?? 0,
    isFailFast: raw.failFast === true,
    isQuiet: raw.quiet === true,
  };
}

/** How many inputs run at once on each loop: one number for each loop that is needed. */
export function shareSlots(options: MapOptions, inputCount: number | undefined): number[] {
  // A few inputs need no more loops, unless the user asked for that many.
  const offered = Math.min(availableParallelism(), inputCount ?? Number.POSITIVE_INFINITY);
  const wanted = options.loopCount ?? Math.max(offered, 1);
  const concurrency = options.concurrency ?? wanted;
  const loopCount = Math.min(wanted, concurrency);
  const base = Math.floor(concurrency / loopCount);
  return Array.from({ length: loopCount }, (_, index) =>
    index < concurrency % loopCount ? base + 1 : base,
  );
}

function chooseInputs(patterns: readonly string[], raw: RawMapOptions): InputChoice {
  const fromStdin = patterns.length === 1 && patterns[0] === '-';
  const lines = fromStdin ? '-' : raw.lines;
  const given = [
    ...(patterns.length > 0 && !fromStdin ? ['files'] : []),
    ...(fromStdin ? ['-'] : []),
    ...(raw.lines === undefined ? [] : ['--lines']),
    ...(raw.range === undefined ? [] : ['--range']),
  ];
  if (given.length === 0) {
    throw new UsageError(
      'no inputs given; name files by a glob, or use --lines FILE, - for standard input, ' +
        'or --range A:B',
    );
  }
  if (given.length > 1) {
    throw new UsageError(`inputs come from one place, got ${given.join(' and ')}; choose one`);
  }
  if (raw.json === true && lines === undefined) {
    throw new UsageError('--json is for inputs that are lines: use it with --lines FILE or -');
  }
  if (raw.range !== undefined) return { kind: 'range', range: parseRange('--range', raw.range) };
  if (lines !== undefined) return { kind: 'lines', path: lines, isJson: raw.json === true };
  return { kind: 'files', patterns };
}

function optionalCount(
  option: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  return text === undefined ? undefined : parseCount(option, text, { min, max });
}
