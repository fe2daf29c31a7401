// Waiting for anything in the calling task: a coroutine runs inside it, not beside it.

import { allTasks, type Coroutine, currentTask, Operation, sleep } from 'threadloop';
import { describe, expect, test } from 'vitest';
import { awaitInTask } from '#src/tasks/await-in-task.js';
import { virtualLoop } from '../loop/fixtures.js';

function* whoAmI(): Coroutine<string | undefined> {
  yield* sleep(1);
  return currentTask()?.getName();
}

describe('awaitInTask()', () => {
  test('makes no task of a coroutine or an operation', async () => {
    const loop = virtualLoop();
    const main = function* (): Coroutine<void> {
      const own = currentTask()?.getName();
      expect(yield* awaitInTask(whoAmI())).toBe(own);
      expect(yield* awaitInTask(new Operation(whoAmI))).toBe(own);
      expect(allTasks().size).toBe(1);
    };
    await loop.runUntilComplete(main());
  });

  test('waits for futures and promises', async () => {
    const main = function* (): Coroutine<unknown[]> {
      return [
        yield* awaitInTask(sleep(1, 'future')),
        yield* awaitInTask(Promise.resolve('promise')),
      ];
    };
    expect(await virtualLoop().runUntilComplete(main())).toEqual(['future', 'promise']);
  });
});
