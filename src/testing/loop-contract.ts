/**
 * The conformance kit: what every event loop has to do, as checks that any test runner can run.
 *
 * Runs on the thread of the test, and for two checks beside a thread of its own. Our own loops go
 * through the very same checks. `docs/custom-loops.md` says the contract in words; a loop that
 * passes can be set as a thread's current loop, and everything else of the library runs on it.
 */
import {
  callbackChecks,
  cancelChecks,
  runnableChecks,
  withoutRunnableChecks,
} from './contract/callbacks.js';
import { debugChecks, errorChecks } from './contract/errors.js';
import { generatorChecks, promiseChecks, refusalChecks } from './contract/promises.js';
import { closingChecks, completionChecks, currentLoopChecks } from './contract/runs.js';
import { executorChecks, taskChecks } from './contract/tasks.js';
import { threadChecks, wakeChecks } from './contract/threads.js';
import { clockChecks, timerChecks } from './contract/timers.js';
import { tidyAway, Trial } from './contract/trial.js';
import type { Checks, LoopMaker } from './contract/trial.js';

export type { LoopMaker } from './contract/trial.js';

/** One thing that a loop has to do. */
export interface LoopCheck {
  /** What it makes sure of: a sentence, which stays the same from one version to the next. */
  readonly name: string;
  /** Resolves when the loop does it. @throws AssertionError when it does not */
  readonly check: () => Promise<void>;
}

/** Options of `loopContract()`. */
export interface LoopContractOptions {
  /** Whether the loop takes `{ clock }`, and is to be tried on clocks of ours. Default `false`. */
  readonly takesClock?: boolean;
  /**
   * Whether the loop can wait for other threads: one that blocks its thread on a clock that jumps
   * cannot. Default `true`.
   */
  readonly waitsForThreads?: boolean;
  /** Milliseconds after which a check that hangs has failed. Default 5000. */
  readonly limitMs?: number;
}

/** Generous: most checks take a millisecond, those with a thread a tenth of a second. */
const defaultLimitMs = 5_000;

/**
 * The contract of an event loop, as checks.
 *
 * Which checks there are depends on what the loop has: optional methods are tried where they are,
 * promises and Node's turns where it does not refuse promises (`refusePromise`).
 *
 * @param makeLoop - makes a fresh loop; called once here, and once or more by each check
 *
 * @example
 * for (const { name, check } of loopContract(() => new MyLoop())) test(name, check);
 */
export function loopContract(
  makeLoop: LoopMaker,
  options: LoopContractOptions = {},
): readonly LoopCheck[] {
  const { limitMs = defaultLimitMs } = options;
  const chapters = chaptersFor(makeLoop, options);
  return chapters.flatMap((checks) =>
    Object.entries(checks).map(([name, check]) => ({
      name,
      check: async () => new Trial(makeLoop, limitMs).perform(check),
    })),
  );
}

function chaptersFor(
  makeLoop: LoopMaker,
  { takesClock = false, waitsForThreads = true }: LoopContractOptions,
): Checks[] {
  const loop = makeLoop({});
  const hasPromises = loop.refusePromise === undefined;
  const hasGenerators = loop.shutdownAsyncGenerators !== undefined && 'trackAsyncGenerator' in loop;
  const hasRunnables = loop.callRunnable !== undefined;
  tidyAway(loop);
  return [
    callbackChecks,
    cancelChecks,
    hasRunnables ? runnableChecks : withoutRunnableChecks,
    timerChecks,
    ...(takesClock ? [clockChecks] : []),
    currentLoopChecks,
    completionChecks,
    closingChecks,
    errorChecks,
    debugChecks,
    taskChecks,
    ...(hasPromises ? [promiseChecks, wakeChecks] : [refusalChecks]),
    ...(hasGenerators ? [generatorChecks] : []),
    executorChecks,
    ...(waitsForThreads ? [threadChecks] : []),
  ];
}
