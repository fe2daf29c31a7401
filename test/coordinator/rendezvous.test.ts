import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rendezvous } from '#src/coordinator/rendezvous.js';

const named = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `loop-${index + 1}` }));
const keys = Array.from({ length: 4_000 }, (_, index) => `user-${index}`);
const winner = (count: number, key: string | number | bigint) =>
  rendezvous(named(count), key)?.name;

describe('rendezvous hashing', () => {
  test('gives a key to the same name always, in whatever order the names come', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.integer(), fc.bigInt()), (key) => {
        const names = named(7);
        expect(rendezvous(names.toReversed(), key)).toEqual(rendezvous(names, key));
      }),
    );
    expect(winner(7, 12)).toBe(winner(7, '12'));
  });

  test('moves only the keys that a new name wins, and gives them back when it goes', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (key, count) => {
        const [before, after] = [winner(count, key), winner(count + 1, key)];
        expect([before, `loop-${count + 1}`]).toContain(after);
      }),
    );
  });

  test.for([2, 3, 5, 8])('shares keys evenly among %i names', (count) => {
    const shares = new Map<string | undefined, number>();
    for (const key of keys) {
      const name = winner(count, key);
      shares.set(name, (shares.get(name) ?? 0) + 1);
    }
    const fair = keys.length / count;
    for (const share of shares.values()) expect(Math.abs(share - fair) / fair).toBeLessThan(0.15);
    expect(shares.size).toBe(count);
  });

  test('has no winner among none', () => {
    expect([rendezvous<{ name: string }>([], 'key')]).toEqual([undefined]);
  });
});
