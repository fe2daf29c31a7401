/**
 * The scheduler of one loop: a layer on top of it that decides which of the tasks that wait is
 * next. The loop itself stays first in, first out.
 *
 * At most one handle of it stands in the loop's ready queue, the *pump*: it runs the most urgent
 * task and goes to the end of the queue again. So everything else that the loop has to do gets its
 * turn between any two tasks, and the choice is made as late as possible.
 *
 * On the web all promises go on before the next task begins, and that is what keeps a loop of
 * `await scheduler.yield()` before the tasks behind it. A loop of ours runs its ticks among the
 * promises, so after code that waits on promises the pump lets some ticks pass.
 */
import { InvalidArgumentError, LoopClosedError, show } from '../errors.js';
import { bringsOwnScope } from '../loop/context.js';
import { isCoroutine } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Future } from '../loop/future.js';
import { printsAsText } from '../loop/prints-as-text.js';
import type { TaskFunction } from '../loop/task-work.js';
import { Continuation } from './continuation.js';
import { readPostTaskOptions } from './post-task-options.js';
import type { SchedulerPostTaskOptions } from './post-task-options.js';
import { PostedTask } from './posted-task.js';
import { PriorityQueues } from './priority-queues.js';
import type { Holder, ScheduledFuture } from './scheduled-future.js';
import { currentPriority, currentState } from './scheduling-state.js';
import type { SchedulingState } from './scheduling-state.js';
import { SignalWatch } from './signal-watch.js';
import { defaultPriority } from './task-priority.js';

/**
 * How many ticks promises get to reach their next `yield()`. The `await` of a continuation takes
 * four, each async function around it one more. A guess, safe to change.
 */
const promiseTickCount = 10;

const outsideTasks: SchedulingState = { abortSource: null, prioritySource: defaultPriority };

type Entry = ScheduledFuture<unknown>;

/** See `Scheduler`. */
export class LoopScheduler implements Holder {
  static {
    printsAsText(this);
  }

  readonly loop: EventLoop;
  readonly #queues = new PriorityQueues<Entry>();
  readonly #watches = new Map<AbortSignal, SignalWatch>();
  #queuedCount = 0;
  #isPumpScheduled = false;
  /** In debug mode what began last, as text: a report of a slow handle of ours then names it. */
  #latest = '';

  constructor(loop: EventLoop) {
    this.loop = loop;
  }

  postTask<T>(fn: TaskFunction<T>, options: SchedulerPostTaskOptions = {}): Future<T> {
    assertFunction(fn);
    const { state, delayMs } = readPostTaskOptions(options);
    const task = new PostedTask(this, state, fn);
    this.#accept(task, delayMs);
    return task;
  }

  yield(): Future<undefined> {
    const continuation = new Continuation(this, currentState.getStore() ?? outsideTasks);
    this.#accept(continuation, 0);
    return continuation;
  }

  withdraw(entry: Entry): void {
    entry.timer?.cancel();
    this.#queues.delete(entry);
    this.#unwatch(entry);
  }

  /** For the timer of a delayed entry. */
  enqueue(entry: Entry): void {
    entry.timer = null;
    entry.order = this.#queuedCount += 1;
    this.#queues.put(entry, currentPriority(entry.state));
    if (!this.#isPumpScheduled) this.#schedulePump(0);
  }

  /** For the pump: runs the next entry, when the promises before it have had their ticks. */
  pump(waitTickCount: number): void {
    if (waitTickCount > 0) {
      this.#schedulePump(waitTickCount - 1);
      return;
    }
    const entry = this.#queues.shift();
    if (this.loop.getDebug()) this.#latest = entry === undefined ? '' : ` latest=${String(entry)}`;
    const mayWait = entry?.begin() ?? false;
    if (entry !== undefined) this.#unwatch(entry);
    if (mayWait) this.#schedulePump(promiseTickCount);
    else if (this.#queues.size > 0) this.#schedulePump(0);
    else this.#isPumpScheduled = false;
  }

  toString(): string {
    return `<Scheduler queued=${this.#queues.size}${this.#latest}>`;
  }

  #accept(entry: Entry, delayMs: number): void {
    if (this.loop.isClosed()) throw new LoopClosedError('Event loop is closed');
    const { abortSource } = entry.state;
    if (abortSource?.aborted === true) {
      entry.abort(abortSource.reason);
      return;
    }
    if (delayMs > 0) entry.timer = this.loop.callLater(delayMs, enqueueDue, this, entry);
    else this.enqueue(entry);
    this.#watch(entry);
  }

  #schedulePump(waitTickCount: number): void {
    this.#isPumpScheduled = true;
    this.loop.callSoon(runPump, this, waitTickCount);
  }

  #watch(entry: Entry): void {
    const { abortSource } = entry.state;
    if (abortSource === null) return;
    let watch = this.#watches.get(abortSource);
    if (watch === undefined) {
      watch = new SignalWatch(abortSource, this.#move);
      this.#watches.set(abortSource, watch);
    }
    watch.add(entry);
  }

  #unwatch(entry: Entry): void {
    const { abortSource } = entry.state;
    const watch = abortSource === null ? undefined : this.#watches.get(abortSource);
    if (abortSource === null || watch === undefined) return;
    watch.delete(entry);
    if (watch.isEmpty) this.#watches.delete(abortSource);
  }

  /** A delayed entry takes the priority of its signal when it is queued. */
  readonly #move = (entry: Entry): void => {
    if (this.#queues.has(entry)) this.#queues.put(entry, currentPriority(entry.state));
  };
}

const runPump = bringsOwnScope((scheduler: LoopScheduler, waitTickCount: number): void => {
  scheduler.pump(waitTickCount);
});

const enqueueDue = bringsOwnScope((scheduler: LoopScheduler, entry: Entry): void => {
  scheduler.enqueue(entry);
});

function assertFunction(fn: unknown): void {
  if (typeof fn === 'function') return;
  const hint = isCoroutine(fn) ? ': give the generator function, and do not call it' : '';
  throw new InvalidArgumentError(`postTask() expects a function, got ${show(fn)}${hint}`);
}
