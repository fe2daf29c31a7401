/**
 * Errors on the wire: class, name, message, code, own properties, cause and the errors of an
 * `AggregateError` all arrive, which structured clone alone does not do.
 *
 * An error and all that it refers to become a flat list of nodes, so that cycles and shared causes
 * survive. A property that cannot be cloned arrives as text. Thrown values that are no errors
 * travel as they are.
 */
import { inspect } from 'node:util';
import { errorClasses } from '../errors.js';
import type { ErrorClass } from '../errors.js';
import { isCloneable } from './not-cloneable.js';

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

class Encoder {
  readonly nodes: EncodedNode[] = [];
  readonly #numbers = new Map<Error, number>();

  encode(value: unknown): EncodedValue {
    if (!(value instanceof Error)) {
      return { value: isCloneable(value) ? value : inspect(value, { depth: 1 }) };
    }
    const known = this.#numbers.get(value);
    if (known !== undefined) return { node: known };
    const number = this.nodes.length;
    this.#numbers.set(value, number);
    this.#encodeNode(value);
    return { node: number };
  }

  #encodeNode(error: Error): void {
    const node: EncodedNode = {
      errorClass: nearestKnownClass(error),
      name: String(error.name),
      message: String(error.message),
      stack: String(error.stack ?? ''),
      properties: [],
    };
    // Entered before its parts, which may refer back to it.
    this.nodes.push(node);
    for (const key of Object.keys(error)) {
      if (!ownFields.has(key)) node.properties.push([key, this.encode(readSafely(error, key))]);
    }
    if ('cause' in error) node.cause = this.encode(error.cause);
    if (Array.isArray((error as AggregateError).errors)) {
      node.errors = (error as AggregateError).errors.map((each: unknown) => this.encode(each));
    }
  }
}

/** Fields that a node has a place for. */
const ownFields: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

function readSafely(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch (thrown) {
    return `[getter threw ${String(thrown)}]`;
  }
}

function nearestKnownClass(error: Error): string {
  if (error instanceof DOMException) return 'DOMException';
  let prototype: unknown = Object.getPrototypeOf(error);
  while (typeof prototype === 'object' && prototype !== null) {
    const { constructor } = prototype;
    if (errorClasses.get(constructor.name) === constructor) return constructor.name;
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
