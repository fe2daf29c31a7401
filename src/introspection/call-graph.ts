/**
 * The call graph of a future: where it stands, and all that wait for its end. After asyncio's
 * `capture_call_graph`.
 *
 * Captured on the thread of the future's loop, without running any of its code.
 */
import { InvalidArgumentError, NoRunningLoopError, show } from '../errors.js';
import { currentTask } from '../loop/current-task.js';
import { isFuture } from '../loop/future.js';
import type { Future } from '../loop/future.js';
import { registry } from '../loop/registry.js';
import type { StackFrame } from '../loop/stack-frame.js';
import { Task } from '../loop/task.js';
import { awaitersOn } from './awaiters.js';
import type { Awaiters } from './awaiters.js';

/** Options of `captureCallGraph` and its kin. */
export interface CallGraphOptions {
  /**
   * Of the task that runs now: begin at so many frames from the top of the stack; 1 is the caller.
   * Default 1.
   */
  readonly depth?: number;
  /**
   * Keep at most so many frames of each stack: a positive number those nearest to where the task
   * was started, a negative one the innermost, 0 none. Default `null`, all.
   */
  readonly limit?: number | null;
}

/** A future, and whoever waits for it. */
export interface FutureCallGraph {
  readonly future: Future<unknown>;
  /** Innermost frame first; empty unless it is a task. */
  readonly callStack: readonly StackFrame[];
  /** Tasks that wait for it. Where a ring of waits closes, the task stands without its awaiters. */
  readonly awaitedBy: readonly FutureCallGraph[];
}

/**
 * The call graph of a future or task, by default of the task that calls; `null` outside a task.
 *
 * @throws NoRunningLoopError when no future is given and no loop runs; InvalidArgumentError when it
 *   is no future, or an option is no whole number
 */
export function captureCallGraph(
  future: Future<unknown> | null = null,
  { depth = 1, limit = null }: CallGraphOptions = {},
): FutureCallGraph | null {
  assertWhole('depth', depth);
  if (limit !== null) assertWhole('limit', limit);
  const caller = registry.running === null ? null : currentTask();
  const subject = future ?? caller;
  if (subject === null) {
    if (registry.running !== null) return null;
    throw new NoRunningLoopError(
      'captureCallGraph() is called outside of a running event loop and no future to introspect ' +
        'was provided',
    );
  }
  if (!isFuture(subject)) {
    throw new InvalidArgumentError(
      `${show(subject, -1)} object does not appear to be compatible with Future`,
    );
  }
  const awaiters = awaitersOn(subject.getLoop());
  const skip = subject === caller ? Math.max(depth - 1, 0) : 0;
  return new Capture(awaiters, limit).graphOf(subject, skip);
}

class Capture {
  readonly #awaiters: Awaiters;
  readonly #limit: number | null;
  /** Each future's graph is made once, however many ways lead to it. */
  readonly #graphs = new Map<Future<unknown>, FutureCallGraph | 'under way'>();

  constructor(awaiters: Awaiters, limit: number | null) {
    this.#awaiters = awaiters;
    this.#limit = limit;
  }

  /** @param skip - how many of the innermost frames to leave out */
  graphOf(future: Future<unknown>, skip = 0): FutureCallGraph {
    const known = this.#graphs.get(future);
    if (known === 'under way') return { future, callStack: this.#stackOf(future), awaitedBy: [] };
    if (known !== undefined) return known;
    this.#graphs.set(future, 'under way');
    const callStack = this.#stackOf(future, skip);
    const tasks = this.#awaiters.get(future) ?? [];
    const graph = { future, callStack, awaitedBy: tasks.map((task) => this.graphOf(task)) };
    this.#graphs.set(future, graph);
    return graph;
  }

  #stackOf(future: Future<unknown>, skip = 0): StackFrame[] {
    const limit = this.#limit;
    if (limit === 0 || !(future instanceof Task)) return [];
    const frames = future.getStack().toReversed().slice(skip);
    if (limit === null) return frames;
    return limit > 0 ? frames.slice(-limit) : frames.slice(0, -limit);
  }
}

function assertWhole(name: string, value: number): void {
  if (Number.isInteger(value)) return;
  throw new InvalidArgumentError(`${name} must be a whole number, got ${show(value)}`);
}
