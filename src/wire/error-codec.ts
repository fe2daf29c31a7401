/**
 * Errors on the wire: class, name, message, code, own properties, cause and the errors of an
 * `AggregateError` all arrive, which structured clone alone does not do.
 *
 * An error and all that it refers to become a flat list of nodes, so that cycles and shared causes
 * survive. A property that cannot be cloned arrives as text. Thrown values that are no errors
 * travel as they are.
 */
import { isNativeError, isProxy } from 'node:util/types';
import { errorClasses, show } from '../errors.js';
import type { ErrorClass } from '../errors.js';
import { isCloneable } from './not-cloneable.js';
import { registrationOf } from './special-values.js';

/** A value that travels as it is, or the number of an error's node. */
type EncodedValue = { readonly value: unknown } | { readonly node: number };

interface EncodedNode {
  /** Name of the nearest known class. */
  readonly errorClass: string;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly properties: [key: string, value: EncodedValue][];
  cause?: EncodedValue;
  errors?: EncodedValue[];
}

/** What was thrown, ready for structured clone. */
export interface EncodedError {
  readonly thrown: EncodedValue;
  readonly nodes: readonly EncodedNode[];
}

/** Turns anything that was thrown into something that can be cloned. Never throws. */
export function encodeError(thrown: unknown): EncodedError {
  const encoder = new Encoder();
  return { thrown: encoder.encode(thrown), nodes: encoder.nodes };
}

/** Brings back what was thrown in another thread, with the stack that it had there. */
export function decodeError({ thrown, nodes }: EncodedError): unknown {
  const errors = nodes.map(createError);
  const decode = (encoded: EncodedValue): unknown =>
    'node' in encoded ? errors[encoded.node] : encoded.value;
  nodes.forEach((node, index) => {
    const error = errors[index] as Error;
    for (const [key, value] of node.properties) define(error, key, decode(value), true);
    if (node.cause !== undefined) define(error, 'cause', decode(node.cause), false);
    if (node.errors !== undefined) define(error, 'errors', node.errors.map(decode), false);
  });
  return decode(thrown);
}

/** Goes through errors one by one, not by recursion: a chain of causes may be long. */
class Encoder {
  readonly nodes: EncodedNode[] = [];
  readonly #numbers = new Map<Error, number>();
  readonly #waiting: Error[] = [];

  encode(thrown: unknown): EncodedValue {
    const encoded = this.#refer(thrown);
    for (let error = this.#waiting.shift(); error !== undefined; error = this.#waiting.shift()) {
      this.nodes.push(this.#encodeNode(error));
    }
    return encoded;
  }

  #refer(value: unknown): EncodedValue {
    if (!isError(value)) return { value: canTravel(value) ? value : show(value, 1) };
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
      this.#waiting.push(value);
    }
    return { node: number };
  }

  #encodeNode(error: Error): EncodedNode {
    const node: EncodedNode = {
      errorClass: nearestKnownClass(error),
      name: readText(error, 'name', 'Error'),
      message: readText(error, 'message', ''),
      stack: readText(error, 'stack', ''),
      properties: [],
    };
    for (const key of Object.keys(error)) {
      if (!ownFields.has(key)) node.properties.push([key, this.#refer(read(error, key))]);
    }
    if ('cause' in error) node.cause = this.#refer(read(error, 'cause'));
    const errors = read(error, 'errors');
    if (Array.isArray(errors)) node.errors = errors.map((each: unknown) => this.#refer(each));
    return node;
  }
}

/** What is a registered instance is taken apart when the message is made. */
function canTravel(value: unknown): boolean {
  if (isCloneable(value)) return true;
  const isObject = typeof value === 'object' && value !== null && !isProxy(value);
  return isObject && registrationOf(value) !== null;
}

function isError(value: unknown): value is Error {
  // A proxy may throw at whoever asks what it is.
  return !isProxy(value) && (isNativeError(value) || value instanceof Error);
}

/** Fields that a node has a place for. */
const ownFields: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

function read(error: object, key: string): unknown {
  try {
    return (error as Record<string, unknown>)[key];
  } catch (thrown) {
    return `[getter threw ${show(thrown)}]`;
  }
}

function readText(error: object, key: string, fallback: string): string {
  const value = read(error, key);
  return typeof value === 'string' ? value : fallback;
}

function nearestKnownClass(error: Error): string {
  if (error instanceof DOMException) return 'DOMException';
  let prototype: unknown = Object.getPrototypeOf(error);
  while (typeof prototype === 'object' && prototype !== null) {
    const known = read(prototype, 'constructor');
    if (typeof known === 'function' && errorClasses.get(known.name) === known) return known.name;
    prototype = Object.getPrototypeOf(prototype);
  }
  return 'Error';
}

function createError(node: EncodedNode): Error {
  const error = createBare(node);
  define(error, 'stack', node.stack, false);
  if (error.name !== node.name) define(error, 'name', node.name, false);
  return error;
}

/** Without running the class's own constructor: nobody knows what it takes. */
function createBare(node: EncodedNode): Error {
  if (node.errorClass === 'DOMException') return new DOMException(node.message, node.name);
  const errorClass: ErrorClass = errorClasses.get(node.errorClass) ?? Error;
  const error = new Error(node.message);
  Object.setPrototypeOf(error, errorClass.prototype as object);
  return error;
}

function define(error: Error, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(error, key, { value, enumerable, configurable: true, writable: true });
}
