/**
 * Finds out whether a message holds anything that structured clone would lose or refuse, and that
 * is therefore taken apart first: see `value-encoder.ts`.
 *
 * Looking costs next to nothing where nothing can be found: primitives hold nothing, and objects
 * are gone through only in threads that have registered a class or an error, or used a marker.
 */
import { isNativeError } from 'node:util/types';
import { hasRegisteredErrors, isRegisteredError } from '../errors.js';
import type { ErrorClass } from '../errors.js';
import { isContainer, partsOf } from './containers.js';
import { hasMoved, isMarkedToMove } from './move.js';
import { hasRegisteredClasses, registeredFor } from './registered-classes.js';
import type { RegisteredClass } from './registered-classes.js';

/** Where a value stands in a message. */
export type Role = 'argument' | 'result';

/** Things that stay in their thread: what travels is their address. `threads` has the kinds. */
export interface Attachments {
  /** Whether a function is such a thing, wherever it stands. */
  isAttachment(value: object): boolean;
  /** Whether an argument or a result is one, which it would not be inside another value. */
  isWhole(value: object, role: Role): boolean;
  /** The address; something that can be copied. */
  give(value: object): unknown;
  /** The message with this address could not be sent. */
  takeBack(address: unknown): void;
  /** What stands for the thing on this side. */
  take(address: unknown): unknown;
}

/** Whether any attachment may be inside a value. Set by those who make them. */
export const markersInUse = { callbacks: false };

/** Whether the values of a message have to be taken apart before they leave. */
export function holdSpecial(
  values: readonly unknown[],
  attachments: Attachments | null,
  role: Role,
): boolean {
  let hasObject = false;
  for (const value of values) {
    if (!isObject(value)) continue;
    if (attachments?.isWhole(value, role) === true) return true;
    hasObject = true;
  }
  if (!hasObject) return false;
  if (hasRegisteredClasses() || hasMoved() || markersInUse.callbacks || hasRegisteredErrors()) {
    return search(values, attachments);
  }
  return false;
}

/** One by one, not by recursion: values may be deep. */
function search(values: readonly unknown[], attachments: Attachments | null): boolean {
  const seen = new Set<object>();
  const waiting: object[] = [];
  try {
    addObjects(values, waiting);
    for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
      if (typeof value === 'function') {
        if (attachments?.isAttachment(value) === true) return true;
        continue;
      }
      if (seen.has(value)) continue;
      if (isSpecial(value)) return true;
      seen.add(value);
      if (isContainer(value)) addObjects(partsOf(value), waiting);
    }
  } catch {
    // A getter or a proxy threw. Structured clone will meet it too, and can tell where.
  }
  return false;
}

/** Most parts are primitives, and need no place in the queue. */
function addObjects(parts: readonly unknown[], waiting: object[]): void {
  for (const part of parts) if (isObject(part)) waiting.push(part);
}

/** Whether a value could be special at all. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' ? value !== null : typeof value === 'function';
}

function isSpecial(value: object): boolean {
  return isMarkedToMove(value) || registrationOf(value) !== null || isErrorOfRegisteredClass(value);
}

/** How an object is taken apart; `null` for objects of no class that is registered. */
export function registrationOf(value: object): RegisteredClass | null {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null || prototype === Object.prototype || prototype === Array.prototype) {
    return null;
  }
  return registeredFor(prototype);
}

/** Whether a value is an error that keeps its class. */
export function isErrorOfRegisteredClass(value: object): value is Error {
  if (!hasRegisteredErrors() || !isNativeError(value)) return false;
  let prototype = Object.getPrototypeOf(value) as object | null;
  while (prototype !== null) {
    const { constructor } = prototype as { constructor: ErrorClass };
    if (typeof constructor === 'function' && isRegisteredError(constructor)) {
      return true;
    }
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return false;
}
