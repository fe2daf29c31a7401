/**
 * What is gone through on the way to another thread: plain objects, arrays, Maps and Sets. All else
 * is either special, or a matter of structured clone.
 */
import { isMap, isSet } from 'node:util/types';

/** A value whose parts are looked at. */
export type Container = unknown[] | Map<unknown, unknown> | Set<unknown> | PlainObject;

/** An object without a class. */
type PlainObject = Record<string, unknown>;

/** Whether a value is a container. Instances of classes are none, save those of the four kinds. */
export function isContainer(value: object): value is Container {
  return isPlainObject(value) || Array.isArray(value) || isMap(value) || isSet(value);
}

/** Whether a value is an object without a class. */
function isPlainObject(value: object): value is PlainObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What stands in a container: keys of Maps too, and only what structured clone would copy. */
export function partsOf(container: Container): unknown[] {
  if (Array.isArray(container)) return container;
  if (isMap(container)) return [...container].flat();
  if (isSet(container)) return [...container];
  return Object.values(container);
}

/** Sets a property of that very name, even if it is `__proto__`. */
export function setOwn(holder: object, key: string | number, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else {
    (holder as Record<string | number, unknown>)[key] = value;
  }
}
