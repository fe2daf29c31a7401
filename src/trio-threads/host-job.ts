/**
 * One function that runs in a thread for a task of a run: the task's side. After Trio's
 * `to_thread.run_sync`.
 *
 * On the thread of the run. While its function runs, the host task waits for it and does what the
 * function asks for by `fromThread`, in the order in which it comes.
 *
 * | state     | moves to         | by                                                       |
 * |-----------|------------------|----------------------------------------------------------|
 * | running   | ended, abandoned | the function's end; a cancel, where it may be abandoned  |
 * | abandoned | ended            | the function's end: what it asks for is done without us  |
 * | ended     | –                |                                                          |
 */
import { isCancelled, RunFinishedError } from '../errors.js';
import type { Coroutine } from '../loop/coroutine.js';
import type { Future } from '../loop/future.js';
import type { Task } from '../loop/task.js';
import type { ConcurrentFuture } from '../threads/concurrent-future.js';
import { getDirectory } from '../threads/directory.js';
import type { RemoteCall } from '../threads/remote-call.js';
import { remoteModule } from '../threads/remote-function.js';
import { within } from '../threads/wrapped-function.js';
import type { CapacityLimiter } from '../trio/capacity-limiter.js';
import { ownTask, shielded } from '../trio/checkpoint.js';
import type { TrioRun } from '../trio/trio-run.js';
import type { FunctionAddress } from '../wire/message.js';
import type { JobThread, JobThreads } from './job-threads.js';

const far = remoteModule<typeof import('./thread-job.js')>(
  new URL('./thread-job.js', import.meta.url),
);

/** Something that the thread wants done in the run. Never throws: its outcome is sent back. */
export type Errand = () => Coroutine<void>;

/** By number, those that have not ended. */
const jobs = new Map<number, HostJob>();
let jobCount = 0;

/** @throws RunFinishedError when it has ended, and its run perhaps too */
export function jobOf(id: number): HostJob {
  const job = jobs.get(id);
  if (job === undefined) throw new RunFinishedError('run() has exited');
  return job;
}

/** Where a job runs, and on whose account. */
export interface JobPlace {
  readonly run: TrioRun;
  readonly threads: JobThreads;
  readonly limiter: CapacityLimiter;
}

/** See above. It is what borrows the token of the limiter. */
export class HostJob {
  readonly #place: JobPlace;
  readonly #address: FunctionAddress;
  #state: 'running' | 'abandoned' | 'ended' = 'running';
  #errands: Errand[] = [];
  #wake: Future<void> | null = null;

  constructor(place: JobPlace, address: FunctionAddress) {
    this.#place = place;
    this.#address = address;
  }

  toString(): string {
    return `<HostJob ${this.#address.name} ${this.#state}>`;
  }

  /** Runs it to its end, in the calling task. The token is held, and is given back. */
  *perform(args: readonly unknown[], mayAbandon: boolean): Coroutine<unknown> {
    const [thread, call] = this.#begin(args);
    const task = ownTask();
    let cancel: { readonly error: unknown; readonly isLevel: boolean } | null = null;
    while (this.#state === 'running') {
      try {
        if (cancel === null) yield* this.#attend();
        else yield* this.#attendShielded();
      } catch (error) {
        if (!isCancelled(error)) throw error;
        cancel ??= { error, isLevel: isCancelDue(task) };
        call.cancelCode(error.message);
        if (!mayAbandon) continue;
        this.#abandon(thread, call);
        throw error;
      }
    }
    // Trio's cancel comes again at the next wait, so that nothing of the result is lost; asyncio's
    // comes once.
    if (cancel !== null && (!cancel.isLevel || call.cancelled())) throw cancel.error;
    return call.result();
  }

  /** The thread wants something done: in this task, or in one of the system where it has left. */
  enter(errand: Errand): void {
    if (this.#state === 'abandoned') {
      if (this.#place.run.isEnding) throw new RunFinishedError('run() has exited');
      void this.#place.run.spawnSystemTask(errand, []);
      return;
    }
    this.#errands.push(errand);
    this.#stir();
  }

  #begin(args: readonly unknown[]): [JobThread, RemoteCall<unknown>] {
    jobCount += 1;
    const id = jobCount;
    const { threads, limiter } = this.#place;
    const host = getDirectory().name;
    const thread = this.#takeThread();
    const call = thread.call(within(far.runJob, this.#address), [...args, { id, host }]);
    jobs.set(id, this);
    // A cancel does not settle it: it is done when the function has ended.
    call.addDoneCallback(() => {
      this.#state = 'ended';
      jobs.delete(id);
      limiter.releaseOnBehalfOf(this);
      threads.giveBack(thread);
      this.#stir();
    });
    return [thread, call];
  }

  #takeThread(): JobThread {
    const { threads, limiter } = this.#place;
    try {
      return threads.take();
    } catch (error) {
      // The machine has no thread left: the token must not be lost with it.
      limiter.releaseOnBehalfOf(this);
      throw error;
    }
  }

  /** Waits for something to do, and does it. */
  *#attend(): Coroutine<void> {
    const errands = this.#errands;
    this.#errands = [];
    for (const errand of errands) yield* errand();
    if (errands.length > 0 || this.#state !== 'running') return;
    this.#wake = ownTask().getLoop().createFuture<void>();
    try {
      yield* this.#wake;
    } finally {
      this.#wake = null;
    }
  }

  /** The cancel was passed on: the wait goes on; errands hear of the cancel themselves. */
  *#attendShielded(): Coroutine<void> {
    if (this.#errands.length > 0) yield* this.#attend();
    else yield* shielded(() => this.#attend());
  }

  #abandon(thread: JobThread, call: RemoteCall<unknown>): void {
    if (this.#state !== 'running') return;
    this.#state = 'abandoned';
    thread.forget();
    // What becomes of it is nobody's business: Trio drops it, too. Not by `catch()`, which would be
    // a wait of the cancelled task, and cancel the call.
    call.addDoneCallback(dropOutcome);
    for (const errand of this.#errands.splice(0)) this.enter(errand);
  }

  #stir(): void {
    if (this.#wake?.done() === false) this.#wake.setResult();
  }
}

function isCancelDue(task: Task<unknown>): boolean {
  return (task.enclosingScope?.cancelMessage() ?? null) !== null;
}

function dropOutcome(call: ConcurrentFuture<unknown>): void {
  try {
    call.result();
  } catch {
    // Told to nobody: see above.
  }
}
