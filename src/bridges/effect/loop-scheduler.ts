/**
 * Effect's scheduler on a loop of this thread: fibers go on as callbacks of the loop, so they take
 * turns with its tasks, and time slices hold for all of them alike.
 *
 * Each piece of work has a handle of its own in the loop's queue, but which piece a handle runs is
 * decided late: those that are there when a batch begins run by priority, and of equal priority in
 * the order of their scheduling; what is scheduled meanwhile is of the next batch. So nothing
 * starves. Effect's own scheduler does the same for each fiber alone; here it holds for all.
 */
import type { Fiber } from 'effect/Fiber';
import type { Scheduler, SchedulerDispatcher } from 'effect/Scheduler';
import { InvalidArgumentError, show } from '../../errors.js';
import { bringsOwnScope } from '../../loop/context.js';
import { isEventLoop } from '../../loop/event-loop.js';
import type { EventLoop } from '../../loop/event-loop.js';

const schedulers = new WeakMap<EventLoop, LoopScheduler>();

/**
 * The scheduler of a loop: always the same one. Fibers yield to the loop after so many operations
 * (`Scheduler.MaxOpsBeforeYield`). What a piece of work throws goes to the loop's exception
 * handler.
 *
 * @throws InvalidArgumentError when it is no loop of this thread
 *
 * @example
 * Effect.runFork(program, { scheduler: loopScheduler(loop) });
 */
export function loopScheduler(loop: EventLoop): Scheduler {
  if (!isEventLoop(loop)) {
    throw new InvalidArgumentError(`loopScheduler() expects an event loop, got ${show(loop, -1)}`);
  }
  let scheduler = schedulers.get(loop);
  if (scheduler === undefined) schedulers.set(loop, (scheduler = new LoopScheduler(loop)));
  return scheduler;
}

interface Entry {
  readonly run: () => void;
  readonly priority: number;
  readonly owner: object;
}

class LoopScheduler implements Scheduler {
  readonly executionMode = 'async';
  readonly #loop: EventLoop;
  /** Those of the batch that is running, sorted. */
  #batch: Entry[] = [];
  #nextIndex = 0;
  /** Those of the next one, as they came. */
  #waiting: Entry[] = [];

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  shouldYield(fiber: Fiber<unknown, unknown>): boolean {
    return fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield;
  }

  makeDispatcher(): SchedulerDispatcher {
    const owner = {};
    return {
      scheduleTask: (run, priority) => this.#schedule({ run, priority, owner }),
      flush: () => this.#flush(owner),
    };
  }

  /** For the loop: there is a handle for each entry, so none is left behind. */
  runNext(): void {
    if (this.#nextIndex >= this.#batch.length) this.#beginBatch();
    const entry = this.#batch[this.#nextIndex];
    this.#nextIndex += 1;
    // What has run is not kept.
    if (this.#nextIndex >= this.#batch.length) this.#batch = [];
    entry?.run();
  }

  #schedule(entry: Entry): void {
    this.#loop.callSoon(runNext, this);
    this.#waiting.push(entry);
  }

  #beginBatch(): void {
    this.#batch = byPriority(this.#waiting);
    this.#waiting = [];
    this.#nextIndex = 0;
  }

  /** Runs what one fiber has scheduled, now; the handles of that find nothing to do. */
  #flush(owner: object): void {
    const isOwn = (entry: Entry): boolean => entry.owner === owner;
    for (;;) {
      const left = this.#batch.slice(this.#nextIndex);
      const own = byPriority([...left, ...this.#waiting].filter(isOwn));
      if (own.length === 0) return;
      this.#batch = left.filter((entry) => !isOwn(entry));
      this.#nextIndex = 0;
      this.#waiting = this.#waiting.filter((entry) => !isOwn(entry));
      for (const entry of own) entry.run();
    }
  }
}

/** Lower numbers first. Sorting is stable. */
function byPriority(entries: Entry[]): Entry[] {
  const first = entries[0]?.priority;
  // Nearly all work is of priority 0.
  if (entries.every((entry) => entry.priority === first)) return entries;
  return entries.sort((a, b) => a.priority - b.priority);
}

/** A fiber enters its own context. */
const runNext = bringsOwnScope((scheduler: LoopScheduler): void => scheduler.runNext());
