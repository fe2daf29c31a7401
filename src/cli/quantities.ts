/**
 * The numbers that a user types: counts, durations and ranges of integers.
 *
 * Each parser gives the number or throws a `UsageError` that shows what was typed and what is
 * allowed. Nothing is guessed: `12abc`, `1e3` and an empty text are refused.
 */
import { UsageError } from './usage-error.js';

/** Bounds of a count, both of them allowed. */
export interface CountBounds {
  readonly min: number;
  readonly max: number;
}

/** Integers from `from` up to, but not including, `to`. */
export interface IntegerRange {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds in each unit that a duration may carry. */
const unitMs: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Node's timers count in a signed 32-bit integer: about 24.8 days. */
const maxDurationMs = 2_147_483_647;

/**
 * Reads a whole number.
 *
 * @param option - as the user typed it, for the message: `--loops`
 * @throws UsageError when the text is no whole number, or one out of bounds
 */
export function parseCount(option: string, text: string, bounds: CountBounds): number {
  const count = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (count >= bounds.min && count <= bounds.max) return count;
  throw new UsageError(
    `${option} must be a whole number from ${bounds.min} to ${bounds.max}, got '${text}'`,
  );
}

/**
 * Reads a duration: a plain number is milliseconds, `500ms`, `2s`, `1.5m` and `1h` carry a unit.
 *
 * @returns whole milliseconds, at least 1
 * @throws UsageError when the text is no such duration, or none of at least 1 ms
 */
export function parseDurationMs(option: string, text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const durationMs = Math.round(Number(digits) * (unitMs.get(unit) ?? Number.NaN));
  if (durationMs >= 1 && durationMs <= maxDurationMs) return durationMs;
  throw new UsageError(
    `${option} must be a time such as 500, 500ms, 2s or 1m (at most 24 days), got '${text}'`,
  );
}

/**
 * Reads `A:B`, both of them integers, `A` not above `B`; `5:5` is an empty range, as in Python.
 *
 * @throws UsageError when the text is no such range
 */
export function parseRange(option: string, text: string): IntegerRange {
  const [, first, second] = /^([+-]?\d+):([+-]?\d+)$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(second)];
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to)) {
    if (from <= to) return { from, to };
    throw new UsageError(`${option} ends before it begins: '${text}'; write it as ${to}:${from}`);
  }
  throw new UsageError(
    `${option} must be A:B, the integers from A up to but not including B, got '${text}'`,
  );
}
