/**
 * How far a proxy reaches into its object: own members and those of its classes, no further.
 *
 * What every object has, such as `constructor` or `hasOwnProperty`, is as if it were not there:
 * by `constructor` a caller would come to `Function`, and from there to anything at all.
 */
import { NotAFunctionError, NotExposedError, show } from '../errors.js';
import { isFace } from './face.js';

/** Never reached, whoever owns them. */
const closed: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'caller',
  'arguments',
]);

/** Where a path leads. */
export interface Reached {
  /** What a method found there is called on. */
  readonly parent: unknown;
  /** `undefined` where there is no such member. */
  readonly value: unknown;
}

/** So many names stand in a message. */
const maxNames = 20;

/**
 * Follows a path. Getters on the way run.
 *
 * @param label - the object in words
 * @throws NotExposedError when the path goes on where there is nothing
 */
export function reach(object: unknown, path: readonly string[], label: string): Reached {
  let parent: unknown = undefined;
  let value = object;
  path.forEach((key, index) => {
    if (index > 0 && !isObject(value)) {
      const missing = [label, ...path.slice(0, index)].join('.');
      throw new NotExposedError(`${missing} is ${show(value)}: it has no ${show(key)}`);
    }
    parent = value;
    value = isReachable(parent, key) ? (parent as Record<string, unknown>)[key] : undefined;
  });
  return { parent, value };
}

/** As `reach`, to something that can be called. @throws NotAFunctionError too */
export function reachFunction(
  object: unknown,
  path: readonly string[],
  label: string,
): Reached & { readonly value: (...args: unknown[]) => unknown } {
  const { parent, value } = reach(object, path, label);
  if (typeof value === 'function') {
    return { parent, value: value as (...args: unknown[]) => unknown };
  }
  const name = [label, ...path].join('.');
  const methods = isObject(parent) ? namesOf(parent).filter((key) => isMethod(parent, key)) : [];
  const there = methods.length === 0 ? '' : `; there are ${methods.join(', ')}`;
  throw new NotAFunctionError(`${name} is not a function that a proxy reaches${there}`);
}

/** Sets a member. @throws NotExposedError; what a setter throws */
export function assign(
  object: unknown,
  path: readonly string[],
  value: unknown,
  label: string,
): void {
  const key = path.at(-1);
  const holder = reach(object, path.slice(0, -1), label).value;
  if (key === undefined || !isObject(holder) || !canAssign(holder, key)) {
    throw new NotExposedError(`${[label, ...path].join('.')} cannot be set over a proxy`);
  }
  (holder as Record<string, unknown>)[key] = value;
}

/** A new member must not stand before one that every object has. */
function canAssign(holder: object, key: string): boolean {
  return !closed.has(key) && (isReachable(holder, key) || !(key in holder));
}

function isReachable(holder: unknown, key: string): boolean {
  // What is itself a proxy decides at its own end.
  if (isFace(holder)) return true;
  return !closed.has(key) && [...chainOf(holder)].some((each) => Object.hasOwn(each, key));
}

/** The object and its classes' prototypes, without those that everything inherits from. */
function* chainOf(object: unknown): Iterable<object> {
  let each: unknown = object;
  while (isObject(each) && !isRoot(each)) {
    yield each;
    each = Object.getPrototypeOf(each);
  }
}

/** `Object.prototype` or `Function.prototype`, of whichever realm. */
function isRoot(prototype: object): boolean {
  const above = Object.getPrototypeOf(prototype) as object | null;
  if (above === null) return Object.hasOwn(prototype, 'hasOwnProperty');
  return typeof prototype === 'function' && Object.getPrototypeOf(above) === null;
}

function namesOf(object: object): string[] {
  if (isFace(object)) return [];
  const names = [...chainOf(object)].flatMap((each) => Object.getOwnPropertyNames(each));
  return [...new Set(names)].filter((name) => !closed.has(name)).slice(0, maxNames);
}

/** Without running a getter. */
function isMethod(object: object, key: string): boolean {
  for (const each of chainOf(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(each, key);
    if (descriptor !== undefined) return typeof descriptor.value === 'function';
  }
  return false;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
