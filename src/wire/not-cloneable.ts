/**
 * Finds out why a value cannot be copied to another thread, and where in it the trouble lies.
 *
 * Runs only after a clone has failed, so it may be slow: it tries the parts one by one.
 */
import { isArrayBuffer, isPromise, isProxy } from 'node:util/types';
import { NotCloneableError, show } from '../errors.js';
import { isOfMovableKind } from './movable-kinds.js';

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
 * @param instead - what to pass in place of a function
 * @param excused - parts that need not be cloned, since they are moved
 */
export function notCloneable(
  what: string,
  value: unknown,
  cause: unknown,
  instead = 'pass one of a remoteModule() instead',
  excused: ReadonlySet<unknown> = new Set(),
): NotCloneableError {
  const culprit = findCulprit(value, '', new Set(), excused);
  const { path, part } = culprit ?? { path: '', part: value };
  const where = path === '' ? '' : ` (at ${path})`;
  return new NotCloneableError(
    `${what} cannot be copied to another thread: ${describe(part)}${where} is not cloneable` +
      hintFor(part, instead),
    { cause },
  );
}

/** Whether a value is memory that was moved away. */
export function isDetached(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return isDetached(value.buffer);
  if (!isArrayBuffer(value) || value.byteLength > 0) return false;
  try {
    return new Uint8Array(value).byteLength > 0;
  } catch {
    return true;
  }
}

/** Where the trouble lies. */
export interface Culprit {
  readonly path: string;
  readonly part: unknown;
}

/**
 * The smallest part of a value that cannot be cloned, and the path to it. `null` where all that
 * is wrong with the value is a part that was seen before (it goes round in a circle) or excused.
 */
export function findCulprit(
  value: unknown,
  path: string,
  seen: Set<object>,
  excused: ReadonlySet<unknown>,
): Culprit | null {
  if (excused.has(value)) return null;
  if (typeof value !== 'object' || value === null || isProxy(value)) return { path, part: value };
  seen.add(value);
  let isFine = false;
  for (const [step, part] of seen.size < maxDepth ? partsOf(value) : []) {
    if (isCloneable(part)) continue;
    const isCircle = typeof part === 'object' && part !== null && seen.has(part);
    const culprit = isCircle ? null : findCulprit(part, path + step, seen, excused);
    if (culprit !== null) return culprit;
    isFine = true;
  }
  return isFine ? null : { path, part: value };
}

function* partsOf(value: object): Iterable<[step: string, part: unknown]> {
  if (value instanceof Map) {
    for (const [key, part] of value) {
      yield [`.key(${show(key)})`, key];
      yield [`.get(${show(key)})`, part];
    }
  } else if (value instanceof Set) {
    for (const part of value) yield ['.values()', part];
  } else {
    for (const key of Object.keys(value)) {
      const isName = /^[A-Za-z_$][\w$]*$/u.test(key);
      const step = isName ? `.${key}` : `[${show(Array.isArray(value) ? Number(key) : key)}]`;
      yield [step, read(value as Record<string, unknown>, key)];
    }
  }
}

/** Stands for a part that cannot even be read; like any symbol, it cannot be cloned. */
const throwingGetter = Symbol('a getter that throws');

function read(value: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return value[key];
  } catch {
    return throwingGetter;
  }
}

function describe(part: unknown): string {
  if (part === throwingGetter) return throwingGetter.description ?? '';
  return typeof part === 'function' ? `the function ${functionName(part)}` : show(part);
}

function functionName(fn: object): string {
  const name = read(fn as Record<string, unknown>, 'name');
  return typeof name === 'string' && name !== '' ? name : '(anonymous)';
}

function hintFor(part: unknown, instead: string): string {
  if (typeof part === 'function') return `. Functions do not travel: ${instead}`;
  if (isProxy(part)) return '';
  if (isPromise(part)) return '. Wait for it first';
  if (isDetached(part)) return ': it was moved to another thread';
  if (isOfMovableKind(part)) return '. Hand it over with move()';
  return Symbol.asyncIterator in Object(part) ? '. Make it an argument of its own' : '';
}
