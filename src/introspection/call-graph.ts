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

/** A graph that is being made. */
interface Step {
  readonly graph: FutureCallGraph & { readonly awaitedBy: FutureCallGraph[] };
  /** The awaiters that are still to be looked at. */
  readonly ahead: Iterator<Task<unknown>>;
}

class Capture {
  readonly #awaiters: Awaiters;
  readonly #limit: number | null;
  /** Each future's graph is made once, however many ways lead to it. */
  readonly #graphs = new Map<Future<unknown>, FutureCallGraph>();
  /** From the subject to the one that is being made now; no recursion, since chains are long. */
  readonly #path: Step[] = [];
  readonly #onPath = new Set<Future<unknown>>();

  constructor(awaiters: Awaiters, limit: number | null) {
    this.#awaiters = awaiters;
    this.#limit = limit;
  }

  /** @param skip - how many of the innermost frames to leave out */
  graphOf(subject: Future<unknown>, skip: number): FutureCallGraph {
    const graph = this.#begin(subject, skip);
    for (let step = this.#path.at(-1); step !== undefined; step = this.#path.at(-1)) {
      const next = step.ahead.next();
      if (next.done === true) this.#end(step);
      else step.graph.awaitedBy.push(this.#awaiterOf(next.value));
    }
    return graph;
  }

  #awaiterOf(task: Task<unknown>): FutureCallGraph {
    if (!this.#onPath.has(task)) return this.#graphs.get(task) ?? this.#begin(task);
    return { future: task, callStack: this.#stackOf(task), awaitedBy: [] };
  }

  #begin(future: Future<unknown>, skip = 0): FutureCallGraph {
    const graph = { future, callStack: this.#stackOf(future, skip), awaitedBy: [] };
    this.#graphs.set(future, graph);
    this.#path.push({ graph, ahead: (this.#awaiters.get(future) ?? []).values() });
    this.#onPath.add(future);
    return graph;
  }

  #end({ graph }: Step): void {
    this.#path.pop();
    this.#onPath.delete(graph.future);
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
