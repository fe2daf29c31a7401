/**
 * What a run sees of its loop: the passes, which are the ticks of the loop, and the tasks in them.
 *
 * Both loops of this layer, the one on Node and the guest, report here. It tells the instruments,
 * counts what is runnable, watches for idleness, and, with a seed, shuffles the order in which
 * tasks go on: code that relies on it is found out, and found again with the same seed.
 */
import type { Coroutine } from '../loop/coroutine.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { ReadyQueue } from '../loop/ready-queue.js';
import type { Runnable } from '../loop/runnable.js';
import type { TaskOptions } from '../loop/task-options.js';
import type { TaskFunction } from '../loop/task-work.js';
import { Task } from '../loop/task.js';
import type { IdleWatch } from './idle-watch.js';
import type { Instruments } from './instruments.js';

/** Where the loop of a run reports. */
export class Passes {
  readonly #instruments: Instruments;
  readonly #idleWatch: IdleWatch;
  readonly #random: (() => number) | null;
  #runnableCount = 0;
  #timeoutMs = 0;
  #isUnderWay = false;
  /** Whether the task that is scheduled next is a new one. */
  #isSpawning = false;

  constructor(instruments: Instruments, idleWatch: IdleWatch, random: (() => number) | null) {
    this.#instruments = instruments;
    this.#idleWatch = idleWatch;
    this.#random = random;
  }

  /** Tasks that stand in the ready queue. */
  get runnableCount(): number {
    return this.#runnableCount;
  }

  /** Something stands in the ready queue. */
  scheduled(runnable: Runnable): void {
    if (!(runnable instanceof Task)) return;
    if (this.#isSpawning) this.#instruments.tell('taskSpawned', runnable);
    this.#isSpawning = false;
    this.#runnableCount += 1;
    this.#instruments.tell('taskScheduled', runnable);
  }

  /** A task goes on: `step` runs it up to its next wait. */
  step(task: Task<unknown>, step: () => void): void {
    this.#runnableCount -= 1;
    this.#instruments.tell('beforeTaskStep', task);
    const wasDone = task.done();
    step();
    if (task.done() && !wasDone) this.#instruments.tell('taskExited', task);
    this.#instruments.tell('afterTaskStep', task);
  }

  /** A tick begins, or goes on where it was interrupted for others: that is one pass. */
  begin(ready: ReadyQueue): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#idleWatch.disarm();
    this.#instruments.tell('afterIoWait', this.#timeoutMs);
    if (this.#random !== null) shuffleTasks(ready, this.#random);
  }

  /** A tick has ended, and nothing is to be done for so long. */
  end(timeoutMs: number): void {
    this.#isUnderWay = false;
    this.#timeoutMs = timeoutMs;
    this.#instruments.tell('beforeIoWait', timeoutMs);
    if (timeoutMs > 0) this.#idleWatch.arm();
  }

  /** For `setTaskFactory`. */
  readonly makeTask = <T>(
    loop: EventLoop,
    work: Coroutine<T> | TaskFunction<T>,
    options: TaskOptions,
  ): Task<T> => {
    this.#isSpawning = true;
    return new SeenTask(work, loop, options, this);
  };
}

/** A task whose steps are seen. */
class SeenTask<T> extends Task<T> {
  readonly #passes: Passes;

  constructor(
    work: Coroutine<T> | TaskFunction<T>,
    loop: EventLoop,
    options: TaskOptions,
    passes: Passes,
  ) {
    super(work, loop, { ...options, eager: false });
    this.#passes = passes;
  }

  override run(): void {
    this.#passes.step(this, () => super.run());
  }
}

/** Callbacks keep their places: their order is promised. */
function shuffleTasks(ready: ReadyQueue, random: () => number): void {
  const all: Runnable[] = [];
  for (let each = ready.shift(); each !== undefined; each = ready.shift()) all.push(each);
  const places = all.flatMap((each, index) => (each instanceof Task ? [index] : []));
  for (let last = places.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [places[last] as number, places[other] as number];
    [all[a], all[b]] = [all[b] as Runnable, all[a] as Runnable];
  }
  for (const each of all) ready.push(each);
}
