/**
 * Children of nurseries of other threads, in the thread where they run.
 *
 * A child is a task in a nursery of its own. The call from the other thread stands around that
 * nursery: asyncio's cancel, an edge, ends the call's wait and becomes the cancel of a scope, a
 * level, for all that the child does and starts; its shields hold. And the call is not answered
 * before the nursery is left, so its answer tells that nothing of the child runs any more.
 */
import { isCancelled } from '../errors.js';
import { callBody } from '../loop/body.js';
import type { Coroutine } from '../loop/coroutine.js';
import { shielded } from '../trio/checkpoint.js';
import { openNursery } from '../trio/nursery.js';
import type { Nursery } from '../trio/nursery.js';
import { TaskStatus } from '../trio/task-status.js';
import type { Callback } from './callback.js';
import { keepFlag, presentFlag } from './check-cancelled.js';
import { boundToCaller } from './loaded-function.js';
import { takesSignal, withSignal } from './signal-argument.js';

/** Takes the value of `taskStatus.started()` to the nursery's thread. */
type Report = Callback<(value: unknown) => void>;

type Callable = (...args: unknown[]) => unknown;

/**
 * Runs a function as the child of a nursery of the calling thread: a coroutine, an async function
 * or a plain one. What it returns is dropped, as in any nursery.
 *
 * @param rest - its arguments and, last, where to report that it has started; or `null`
 */
export const runChild: (fn: Callable, ...rest: unknown[]) => Coroutine<void> = boundToCaller(
  function* runChild(fn, ...rest) {
    const report = rest.pop() as Report | null;
    const args = rest;
    const flag = presentFlag();
    const failures: unknown[] = [];
    try {
      yield* openNursery((nursery) => {
        const given = report === null ? args : [...args, statusOf(nursery, report, failures)];
        const child = nursery.spawn(childWork, [nursery, fn, given, failures], { name: fn.name });
        // So that it may ask `checkCancelled()`.
        if (flag !== null) keepFlag(child, flag);
      });
    } catch (cancel) {
      if (failures.length === 0) throw cancel;
    }
    if (failures.length > 0) throw failures[0];
  },
);

/** Keeps the error as it is: that of a nursery would be a group. */
function* childWork(
  nursery: Nursery,
  fn: Callable,
  args: readonly unknown[],
  failures: unknown[],
): Coroutine<void> {
  try {
    const { signal } = nursery.cancelScope;
    yield* callBody(
      () => fn(...(takesSignal(fn, args) ? withSignal(fn, args, signal) : args)),
      null,
    );
  } catch (error) {
    if (isCancelled(error)) throw error;
    failures.push(error);
  }
}

function statusOf(nursery: Nursery, report: Report, failures: unknown[]): TaskStatus<unknown> {
  const status: TaskStatus<unknown> = new TaskStatus(() => {
    const told = report(status.take());
    // Told before the child can end, which the nursery has to hear in this order.
    void nursery.spawn(() => shielded(() => untilTold(told, failures, nursery)), []);
  });
  return status;
}

/** A value that cannot be copied ends the child: nobody would ever hear that it has started. */
function* untilTold(
  told: ReturnType<Report>,
  failures: unknown[],
  nursery: Nursery,
): Coroutine<void> {
  try {
    yield* told;
  } catch (error) {
    failures.unshift(error);
    nursery.cancelScope.cancel();
  }
}
