// Random values with special ones inside: they arrive equal, and the originals are as they were.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { carry } from './carry.js';
import { Money, Order } from './fixtures/classes.js';

/** Small pools, so that the same objects stand in several places. */
const moneys = Array.from({ length: 3 }, (_, cents) => new Money(cents));
const shared = [{ s: 1 }, ['shared', { money: moneys[0] }], new Map([['m', moneys[1]]])];

const leaf = fc.oneof(
  { weight: 3, arbitrary: fc.anything({ maxDepth: 0, withBigInt: true, withDate: true }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...moneys) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...shared) },
);

const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((all) => new Map(all)),
    fc.array(tie('value'), { maxLength: 3 }).map((all) => new Set(all)),
    tie('value').map((note) => new Order(new Map([['line', moneys[2] as Money]]), note)),
  ),
}));

/** A value as plain data: what is one object twice has one number. */
function describe(root: unknown): unknown {
  const numbers = new Map<object, number>();
  const walk = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) {
      return typeof part === 'number' ? `number ${Object.is(part, -0) ? '-0' : part}` : part;
    }
    const known = numbers.get(part);
    if (known !== undefined) return { again: known };
    numbers.set(part, numbers.size);
    if (part instanceof Money) return { Money: part.cents };
    if (part instanceof Order) return { Order: [walk(part.lines), walk(part.note)] };
    if (part instanceof Map) {
      return { Map: [...part].map(([key, each]) => [walk(key), walk(each)]) };
    }
    if (part instanceof Set) return { Set: [...part].map(walk) };
    if (part instanceof Date) return { Date: String(part.getTime()) };
    if (Array.isArray(part)) return { Array: part.map(walk) };
    return { Object: Object.entries(part).map(([key, each]) => [key, walk(each)]) };
  };
  return walk(root);
}

test('any values arrive equal, with what they share, and stay as they were', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), (values) => {
      const before = describe(values);
      const arrived = carry(values);
      expect(describe(arrived)).toEqual(before);
      expect(describe(values)).toEqual(before);
    }),
    { numRuns: 1_000 },
  );
});

test('any ring of containers around an instance arrives as such a ring', () => {
  const link = fc.constantFrom('array', 'object', 'map', 'set');
  fc.assert(
    fc.property(fc.array(link, { minLength: 1, maxLength: 6 }), (links) => {
      const first: unknown[] = [moneys[0]];
      let last: unknown = first;
      for (const kind of links) {
        if (kind === 'array') last = [last, moneys[1]];
        else if (kind === 'object') last = { last, money: moneys[1] };
        else if (kind === 'map') last = new Map([['last', last]]);
        else last = new Set([last]);
      }
      first.push(last);
      const [arrived] = carry([first]);
      expect(describe(arrived)).toEqual(describe(first));
    }),
    { numRuns: 300 },
  );
});
