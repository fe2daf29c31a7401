/** asyncio's test_pep492 and test_context. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Coroutine, gather, getRunningLoop, InvalidAwaitError, sleep } from 'threadloop';
import { expect } from 'vitest';
import { on, type Script } from '../sync/both-kinds.js';
import { keepRows, scenario } from './scenario.js';
import { taskScenario } from './task-scenario.js';

keepRows('awaiting');

scenario('A-164', 'a coroutine that a task drives cannot be awaited again', async ({ run }) => {
  const work = function* (): Coroutine<string> {
    yield* sleep(10);
    return 'value';
  };
  const main = function* (): Coroutine<unknown[]> {
    const coroutine = work();
    const task = getRunningLoop().createTask(coroutine);
    yield* sleep(1);
    const errors: unknown[] = [];
    try {
      yield* coroutine;
    } catch (error) {
      errors.push(error);
    }
    try {
      yield* gather([coroutine]);
    } catch (error) {
      errors.push(error);
    }
    return [...errors, yield* task];
  };
  const [first, second, value] = await run(main());
  for (const error of [first, second]) {
    expect(error).toBeInstanceOf(InvalidAwaitError);
    expect((error as Error).message).toMatch(/^coroutine is being awaited already/);
  }
  expect(value).toBe('value');
});

taskScenario('A-166', 'interleaving tasks keep a context each', function* ({ start }) {
  // Decimal contexts are Python's; the precision travels in an AsyncLocalStorage here.
  const precision = new AsyncLocalStorage<number>();
  const divide = (digits: number) => (): Script<string[]> =>
    (function* () {
      precision.enterWith(digits);
      const quotient = (divisor: number): string =>
        (1 / divisor).toFixed(precision.getStore() ?? 0);
      const third = quotient(3);
      yield* on(sleep(1));
      const ninth = quotient(9);
      return [third, ninth];
    })();
  const tasks = [start(divide(3)), start(divide(6))];
  expect([yield* on(tasks[0] as never), yield* on(tasks[1] as never)]).toEqual([
    ['0.333', '0.111'],
    ['0.333333', '0.111111'],
  ]);
  expect(precision.getStore()).toBe(undefined);
});
