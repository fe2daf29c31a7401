/**
 * What threads call in the thread of a run: the near side of `fromThread` and of tokens that were
 * sent away. Functions only; their callers are in `from-thread.ts` and `far-entry.ts`.
 */
import { isCancelled, RunFinishedError } from '../errors.js';
import { callBody } from '../loop/body.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { Coroutine } from '../loop/coroutine.js';
import { getRunningLoop } from '../loop/current-loop.js';
import { ensureFuture } from '../loop/ensure-future.js';
import { registry } from '../loop/registry.js';
import { boundToCaller } from '../threads/loaded-function.js';
import { resolveExport } from '../threads/module-loader.js';
import type { TrioRun } from '../trio/trio-run.js';
import { captureCarried, runWithCarried } from '../wire/carried-context.js';
import type { CarriedContext } from '../wire/carried-context.js';
import type { FunctionAddress } from '../wire/message.js';
import { jobOf } from './host-job.js';
import type { Errand } from './host-job.js';
import { runNumber } from './run-numbers.js';

type Callable = (...args: unknown[]) => unknown;

/** The number of a job or of a run, and what is to be done there. Ends when its thread is gone. */
type Enter = (
  id: number,
  address: FunctionAddress,
  args: unknown[],
  isSync: boolean,
) => Coroutine<unknown>;

/** For `fromThread` in a thread of `toThread`: runs a function in the task that waits for it. */
export const enterJob: Enter = boundToCaller((id, address, args, isSync) =>
  runErrand(address, args, isSync, (errand) => jobOf(id).enter(errand)),
);

/** For `fromThread` with a token: runs a function in a task of the system. */
export const enterRun: Enter = boundToCaller((id, address, args, isSync) =>
  runErrand(address, args, isSync, (errand) => {
    const run = runOf(id);
    if (run.isEnding) throw new RunFinishedError('run() has exited');
    void run.spawnSystemTask(errand, []);
  }),
);

/** Orders that wait for their modules: each begins behind the one before it. */
let lastOrder: Promise<void> = Promise.resolve();

/** For `runSyncSoon` of a token that was sent away. What it throws, nobody waits for. */
export async function orderSoon(
  id: number,
  { url, name }: FunctionAddress,
  args: unknown[],
  isIdempotent: boolean,
): Promise<void> {
  const before = lastOrder;
  const order = (async () => {
    const fn = await resolveExport(url, name);
    await before;
    runOf(id).entryQueue.order(fn, args, isIdempotent);
  })();
  lastOrder = order.catch(() => undefined);
  return order;
}

/** @throws RunFinishedError */
function runOf(id: number): TrioRun {
  const run = registry.trioRun as TrioRun | null;
  if (run !== null && runNumber(run.entryQueue) === id) return run;
  throw new RunFinishedError('run() has exited');
}

/** Has an errand done elsewhere, and gives its outcome to the thread that asked. */
function* runErrand(
  { url, name }: FunctionAddress,
  args: unknown[],
  isSync: boolean,
  hand: (errand: Errand) => void,
): Coroutine<unknown> {
  const carried = captureCarried();
  const fn = (yield* ensureFuture(resolveExport(url, name))) as Callable;
  const outcome = getRunningLoop().createFuture<unknown>();
  const work = (): unknown => (isSync ? fn(...args) : inContext(carried, () => fn(...args)));
  hand(function* () {
    try {
      const value = yield* isSync ? callPlain(carried, work) : callBody(work, null);
      if (!outcome.done()) outcome.setResult(value);
    } catch (error) {
      if (outcome.done()) return;
      if (isCancelled(error)) outcome.cancel(error.message);
      else outcome.setException(error);
    }
  });
  return yield* outcome;
}

function* callPlain(carried: CarriedContext | undefined, work: () => unknown): Coroutine<unknown> {
  return carried === undefined ? work() : runWithCarried(carried, work);
}

/** What the thread carries is seen by all of the function: in each step, where it has steps. */
function inContext(carried: CarriedContext | undefined, call: () => unknown): unknown {
  if (carried === undefined) return call();
  const returned = runWithCarried(carried, call);
  return isCoroutine(returned) ? stepwise(carried, returned) : returned;
}

function* stepwise(carried: CarriedContext, coroutine: Coroutine<unknown>): Coroutine<unknown> {
  let step = runWithCarried(carried, () => coroutine.next());
  while (step.done !== true) {
    try {
      yield step.value;
    } catch (error) {
      step = runWithCarried(carried, () => coroutine.throw(error));
      continue;
    }
    step = runWithCarried(carried, () => coroutine.next());
  }
  return step.value;
}
