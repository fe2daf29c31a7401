import { describe, expect, test } from 'vitest';
import { argumentsOffset, Operation, sizeOfOperation } from '#src/wire/message.js';

describe('the size of an operation', () => {
  test.for([
    ['Define', [Operation.Define, 0, 'file:///tasks.js', 'tally']],
    ['Post without arguments', [Operation.Post, 1, 0, 0, -1, 1]],
    ['Post', [Operation.Post, 1, 0, 3, -1, 1, 'a', 'b', 'c']],
    ['Call without arguments', [Operation.Call, 2, 0, 0, 7, 1]],
    ['Call', [Operation.Call, 2, 0, 1, 7, 1, Operation.Define]],
    ['Cancel', [Operation.Cancel, 2, 'enough']],
    ['Result', [Operation.Result, 2, undefined]],
    ['Error', [Operation.Error, 2, { thrown: { value: 1 }, nodes: [] }]],
    ['Notice', [Operation.Notice, 'ready', null]],
  ] as const)('is the number of its elements: %s', ([, operation]) => {
    expect(sizeOfOperation([...operation], 0)).toBe(operation.length);
    const behindAnother = [Operation.Cancel, 9, undefined, ...operation, Operation.Post, 1, 0, 0];
    expect(sizeOfOperation(behindAnother, 3)).toBe(operation.length);
  });

  test('leads from each operation of a batch to the next, whatever the arguments look like', () => {
    const batch = [
      [Operation.Define, 0, 'file:///tasks.js', 'tally'],
      [Operation.Call, 1, 0, 4, 7, 1, Operation.Post, 1, 0, 9],
      [Operation.Post, 2, 0, 0, -1, 1],
      [Operation.Notice, 'joined', {}],
    ].flat();
    const found: unknown[] = [];
    for (let index = 0; index < batch.length; index += sizeOfOperation(batch, index)) {
      found.push(batch[index]);
    }
    expect(found).toEqual([Operation.Define, Operation.Call, Operation.Post, Operation.Notice]);
  });

  test('has distinct numbers for distinct operations', () => {
    const numbers = Object.values(Operation);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(argumentsOffset).toBe([Operation.Call, 'id', 'slot', 'count', 'word', 'rank'].length);
  });
});
