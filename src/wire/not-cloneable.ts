/**
 * Finds out why a value cannot be copied to another thread, and where in it the trouble lies.
 *
 * Runs only after a clone has failed, so it may be slow: it tries the parts one by one.
 */
import { inspect } from 'node:util';
import { isProxy } from 'node:util/types';
import { NotCloneableError } from '../errors.js';

/** Deeper than this the search stops and names what it has. */
const maxDepth = 32;

/** Whether structured clone takes the value. Copies it to find out. */
export function isCloneable(value: unknown): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    return typeof value !== 'symbol';
  }
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * The error for a value that could not be sent.
 *
 * @param what - the value in words, such as `argument 2 of crawl()`
 */
export function notCloneable(what: string, value: unknown, cause: unknown): NotCloneableError {
  const { path, part } = findCulprit(value, '', 0);
  const where = path === '' ? '' : ` (at ${path})`;
  return new NotCloneableError(
    `${what} cannot be copied to another thread: ${describe(part)}${where} is not cloneable` +
      hintFor(part),
    { cause },
  );
}

/** The smallest part of a value that cannot be cloned, and the path to it. */
function findCulprit(
  value: unknown,
  path: string,
  depth: number,
): { readonly path: string; readonly part: unknown } {
  if (typeof value === 'object' && value !== null && depth < maxDepth && !isProxy(value)) {
    for (const [step, part] of partsOf(value)) {
      if (!isCloneable(part)) return findCulprit(part, path + step, depth + 1);
    }
  }
  return { path, part: value };
}

function* partsOf(value: object): Iterable<[step: string, part: unknown]> {
  if (value instanceof Map) {
    for (const [key, part] of value) {
      yield [`.key(${inspect(key, { depth: 0 })})`, key];
      yield [`.get(${inspect(key, { depth: 0 })})`, part];
    }
  } else if (value instanceof Set) {
    for (const part of value) yield ['.values()', part];
  } else {
    for (const [key, part] of Object.entries(value)) {
      const isName = /^[A-Za-z_$][\w$]*$/u.test(key);
      yield [isName ? `.${key}` : `[${inspect(Array.isArray(value) ? Number(key) : key)}]`, part];
    }
  }
}

function describe(part: unknown): string {
  if (typeof part === 'function') return `the function ${part.name || '(anonymous)'}`;
  return inspect(part, { depth: 0, maxStringLength: 80 });
}

function hintFor(part: unknown): string {
  if (typeof part === 'function') {
    return '. Functions do not travel: pass one of a remoteModule() instead';
  }
  return isPromise(part) ? '. Wait for it first' : '';
}

function isPromise(part: unknown): boolean {
  return typeof (part as { then?: unknown } | null)?.then === 'function';
}
