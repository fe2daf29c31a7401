/**
 * One loop as a lane sees it: the calls that `run-one.ts` answers, and the end of its thread.
 *
 * A seam: lanes are tested with a runner that has no thread.
 */
import type { Coordinator } from '../coordinator/coordinator.js';
import { remoteModule } from '../threads/remote-function.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { Outcome } from './outcome.js';
import type { NoOutcome } from './run-one.js';
import type { Target } from './target.js';

/** What can be asked of a loop. Every promise is rejected with `LoopDiedError` on its death. */
export interface Runner {
  readonly name: string;
  /** Loads the user's function into the thread that carries the loop at present. */
  prepare(boardMemory: SharedArrayBuffer): PromiseLike<void>;
  /** Runs it on one input. */
  run(ticket: number, value: unknown): PromiseLike<Outcome | NoOutcome>;
  /** Cancels the work on an input. An answer comes as soon as the thread is not stuck. */
  cancel(ticket: number, message: string): PromiseLike<void>;
  /** Ends the thread at once; another takes its place. */
  restart(reason: string): void;
}

const workerSide = remoteModule<typeof import('./run-one.js')>(
  new URL('./run-one.js', import.meta.url),
);

/** The runner of a real loop. */
export function remoteRunner(
  coordinator: Coordinator,
  loop: RemoteLoop,
  target: Target,
  slotCount: number,
): Runner {
  return {
    name: loop.name,
    prepare: (boardMemory) => {
      const { url, exportName } = target;
      const preparation = { url, exportName, slotCount, boardMemory };
      return attempt(() => loop.runCoroutineThreadsafe(workerSide.prepare, preparation));
    },
    run: (ticket, value) =>
      attempt(() => loop.runCoroutineThreadsafe(workerSide.runOne, ticket, value)),
    cancel: (ticket, message) =>
      attempt(() => loop.runCoroutineThreadsafe(workerSide.cancelOne, ticket, message)),
    restart: (reason) => {
      coordinator.restart(loop.name, reason);
    },
  };
}

/** A loop that was given up refuses calls at once; to a lane that is a death like any other. */
function attempt<T>(call: () => PromiseLike<T>): PromiseLike<T> {
  try {
    return call();
  } catch (error) {
    return Promise.reject(error);
  }
}
