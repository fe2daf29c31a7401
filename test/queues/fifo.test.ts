import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from '#src/queues/fifo.js';

describe('first in, first out', () => {
  test('is what an array does, at any length', () => {
    const step = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ shift: fc.integer({ min: 1, max: 3_000 }) }),
      fc.record({ retainEvery: fc.integer({ min: 1, max: 3 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (program) => {
        const fifo = new Fifo<number>();
        let model: number[] = [];
        let count = 0;
        for (const each of program) {
          if ('push' in each) {
            for (let left = each.push; left > 0; left -= 1) {
              fifo.push((count += 1));
              model.push(count);
            }
          } else if ('shift' in each) {
            const taken = Array.from({ length: each.shift }, () => fifo.shift());
            const expected = model.splice(0, each.shift);
            expect(taken.filter((item) => item !== undefined)).toEqual(expected);
          } else {
            const isWanted = (item: number): boolean => item % each.retainEvery === 0;
            fifo.retain(isWanted);
            model = model.filter(isWanted);
          }
          expect([fifo.length, fifo.first]).toEqual([model.length, model[0]]);
        }
        expect(fifo.toArray()).toEqual(model);
      }),
      { numRuns: 50 },
    );
  });

  test('keeps nothing alive that has left', () => {
    const fifo = new Fifo<object>();
    for (let count = 0; count < 10; count += 1) fifo.push({});
    fifo.shift();
    expect(fifo.toArray()).toHaveLength(9);
    while (fifo.shift() !== undefined);
    expect([fifo.length, fifo.first, fifo.toArray()]).toEqual([0, undefined, []]);
  });
});
