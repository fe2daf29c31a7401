/**
 * The order in which a `PriorityQueue` gives its items unless it is told another: Python's for
 * numbers, strings and tuples. On any thread.
 */
import { InvalidArgumentError, show } from '../errors.js';

/**
 * Compares two numbers, bigints or strings with `<`, and two arrays element by element; the shorter
 * of two arrays comes first where they agree. What stands behind the first element of an array may
 * be anything: where it cannot be compared, it does not count.
 *
 * @returns negative, zero or positive, as for `Array.prototype.sort`
 * @throws InvalidArgumentError when there is no such order between the two
 */
export function ascending(a: unknown, b: unknown): number {
  const order = tryAscending(a, b);
  if (order !== null) return order;
  throw new InvalidArgumentError(
    `cannot order ${show(a)} and ${show(b)}: give PriorityQueue the option 'compare'`,
  );
}

/** `null` where there is no order. */
function tryAscending(a: unknown, b: unknown): number | null {
  if (isNumeric(a) && isNumeric(b)) return compare(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compare(a, b);
  if (Array.isArray(a) && Array.isArray(b)) return compareArrays(a, b);
  return null;
}

function isNumeric(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));
}

function compare<T extends number | bigint | string>(a: T, b: T): number {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number | null {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const order = tryAscending(a[index], b[index]);
    if (order === null && index === 0) return null;
    if (order !== null && order !== 0) return order;
  }
  return a.length - b.length;
}
