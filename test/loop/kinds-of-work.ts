// The two kinds of work that a task can have. Scenarios are written as coroutines; as an async
// function the same steps are taken with `await` instead of `yield*`.

import type { Coroutine, TaskFunction } from 'threadloop';

/** Makes work for `createTask` of the steps of a coroutine. */
export type MakeWork = <T>(steps: () => Coroutine<T>) => Coroutine<T> | TaskFunction<T>;

/** For `test.for`: `'%s …', ([, make]) => …`. */
export const kindsOfWork: readonly (readonly [title: string, make: MakeWork])[] = [
  ['a coroutine', (steps) => steps()],
  ['an async function', (steps) => () => takeSteps(steps())],
];

async function takeSteps<T>(coroutine: Coroutine<T>): Promise<T> {
  let step = coroutine.next();
  while (step.done !== true) {
    try {
      // What a coroutine hands to its loop is the future that it waits for.
      await (step.value as unknown as PromiseLike<unknown>);
    } catch (error) {
      step = coroutine.throw(error);
      continue;
    }
    step = coroutine.next();
  }
  return step.value;
}
