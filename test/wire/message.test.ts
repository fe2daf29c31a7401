import { describe, expect, test } from 'vitest';
import {
  answeredId,
  answerHeading,
  appendCall,
  argumentsStart,
  type Batch,
  callHeading,
  callStart,
  Operation,
  operationOf,
  rankOf,
  sizeOfOperation,
  slotCount,
  slotOf,
} from '#src/wire/message.js';

/** A post or call with that many arguments, which look like headings. */
function callWith(kind: 1 | 2 | 8, count: number): Batch {
  const batch: Batch = [];
  const args = Array.from({ length: count }, (_, index) => index);
  appendCall(batch, callHeading(kind, 0, 1, count), 7, args);
  return batch;
}

const operations: readonly (readonly [what: string, Batch])[] = [
  ['Define', [Operation.Define, 0, 'file:///tasks.js', 'tally']],
  ['Post without arguments', callWith(Operation.Post, 0)],
  ['Post', callWith(Operation.Post, 3)],
  ['Call without arguments', callWith(Operation.Call, 0)],
  ['Call', callWith(Operation.Call, 1)],
  ['Call with 30 arguments', callWith(Operation.Call, 30)],
  ['Call with 31 arguments', callWith(Operation.Call, 31)],
  ['Iterate with 1000 arguments', callWith(Operation.Iterate, 1000)],
  ['Cancel', [Operation.Cancel, 2, 'enough']],
  ['Result', [answerHeading(Operation.Result, 2), undefined]],
  ['Error', [answerHeading(Operation.Error, 2), { thrown: { value: 1 }, nodes: [] }]],
  ['Notice', [Operation.Notice, 'ready', null]],
  ['Carry', [Operation.Carry, {}]],
];

describe('the size of an operation', () => {
  test.for(operations)('is the number of its elements: %s', ([, operation]) => {
    expect(sizeOfOperation(operation, 0)).toBe(operation.length);
    const behindAnother = [Operation.Cancel, 9, undefined, ...operation, Operation.Post, 1];
    expect(sizeOfOperation(behindAnother, 3)).toBe(operation.length);
  });

  test('leads from each operation of a batch to the next, whatever the arguments look like', () => {
    const batch = operations.flatMap(([, operation]) => operation);
    const found: number[] = [];
    for (let index = 0; index < batch.length; index += sizeOfOperation(batch, index)) {
      found.push(operationOf(batch[index] as number));
    }
    expect(found).toEqual(operations.map(([, [heading]]) => operationOf(heading as number)));
  });

  test('has distinct numbers for distinct operations', () => {
    const numbers = Object.values(Operation);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('a heading', () => {
  test.each([0, 1, 30, 31, 1000])('leads to the arguments, when there are %i', (count) => {
    const batch = callWith(Operation.Call, count);
    expect(batch.slice(argumentsStart(batch, 0))).toHaveLength(count);
    expect(argumentsStart(batch, 0)).toBe(callStart(batch[0] as number, 7, count).length);
  });

  test.each([0, 1, slotCount - 1])('keeps what it was made of, for slot %i', (slot) => {
    const heading = callHeading(Operation.Iterate, slot, 2, 5);
    const parts = [operationOf(heading), slotOf(heading), rankOf(heading)];
    expect(parts).toEqual([Operation.Iterate, slot, 2]);
  });

  test.each([0, 1, 2 ** 27])('of an answer tells whose it is: %i', (id) => {
    const heading = answerHeading(Operation.Error, id);
    expect([operationOf(heading), answeredId(heading)]).toEqual([Operation.Error, id]);
  });
});
