// Random errors, there and back: what can be carried arrives, and nothing ever throws.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeError, encodeError } from '#src/wire/error-codec.js';

const builtIn = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

/** Plain data, and now and then a part that cannot be cloned. */
const property = fc.oneof(
  { weight: 8, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(() => {}, Symbol('x'), new WeakMap()) },
);

const fieldName = fc
  .string()
  .filter((key) => !['name', 'message', 'stack', 'cause', 'errors', '__proto__'].includes(key));

/** Any number of errors that refer to each other at will. */
const web = fc.record({
  nodes: fc.array(
    fc.record({
      errorClass: fc.constantFrom(...builtIn),
      message: fc.string(),
      name: fc.option(fc.string()),
      fields: fc.dictionary(fieldName, property),
      // Numbers of other nodes, taken modulo their count.
      cause: fc.option(fc.nat()),
      errors: fc.option(fc.array(fc.nat(), { maxLength: 3 })),
    }),
    { minLength: 1, maxLength: 8 },
  ),
});

type Web = (typeof web extends fc.Arbitrary<infer T> ? T : never)['nodes'];

function weave(nodes: Web): Error[] {
  const errors = nodes.map(({ errorClass, message }) => new errorClass(message));
  const at = (number: number): unknown => errors[number % errors.length];
  nodes.forEach((node, index) => {
    const error = errors[index] as AggregateError;
    if (node.name !== null) error.name = node.name;
    Object.assign(error, node.fields);
    if (node.cause !== null) error.cause = at(node.cause);
    if (node.errors !== null) error.errors = node.errors.map(at);
  });
  return errors;
}

/** Walks both webs side by side from the thrown error. */
function expectSame(sent: unknown, arrived: unknown, pairs: Map<unknown, unknown>): void {
  if (!(sent instanceof Error)) return;
  if (pairs.has(sent)) {
    expect(arrived).toBe(pairs.get(sent));
    return;
  }
  pairs.set(sent, arrived);
  const error = arrived as AggregateError;
  expect(Object.getPrototypeOf(error)).toBe(Object.getPrototypeOf(sent));
  expect(error.name).toBe(sent.name);
  expect(error.message).toBe(sent.message);
  expect(error.stack).toBe(sent.stack);
  expect('cause' in error).toBe('cause' in sent);
  expectSame(sent.cause, error.cause, pairs);
  const { errors } = sent as AggregateError;
  expect(Array.isArray(error.errors)).toBe(Array.isArray(errors));
  errors?.forEach((each, index) => expectSame(each, error.errors[index], pairs));
}

test('any web of errors arrives with its classes, texts and references', () => {
  fc.assert(
    fc.property(web, ({ nodes }) => {
      const [thrown] = weave(nodes);
      const arrived = decodeError(structuredClone(encodeError(thrown)));
      expectSame(thrown, arrived, new Map());
    }),
    { numRuns: 300 },
  );
});

test('any property that can be cloned arrives as it was, and any other as text', () => {
  fc.assert(
    fc.property(fc.dictionary(fieldName, property), (fields) => {
      const error = Object.assign(new Error('no'), fields);
      const arrived: unknown = decodeError(structuredClone(encodeError(error)));
      for (const [key, value] of Object.entries(fields)) {
        const found = (arrived as Record<string, unknown>)[key];
        if (isData(value)) expect(found).toEqual(value);
        else expect(typeof found).toBe('string');
      }
    }),
    { numRuns: 300 },
  );
});

test('anything at all can be thrown', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: true,
    withBoxedValues: true,
  });
  fc.assert(
    fc.property(anything, (thrown) => {
      expect(decodeError(structuredClone(encodeError(thrown)))).toEqual(structuredClone(thrown));
    }),
    { numRuns: 300 },
  );
});

function isData(value: unknown): boolean {
  return typeof value !== 'function' && typeof value !== 'symbol' && !(value instanceof WeakMap);
}
