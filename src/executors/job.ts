/**
 * One job: from `submit()` to its answer, on the caller's side.
 *
 * Piscina only says which thread the job gets, and when that thread is free again. The arguments,
 * the answer and a cancel go over a port of the job's own, made when it gets a thread; see
 * `threads/executor-thread.ts` for the other side and for the states of the shared word.
 *
 * A future that is cancelled is settled at once. Its job keeps its place until its thread is free:
 * one that has not begun never does, one that has is told, and after the grace time its thread is
 * ended.
 */
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { CancelledError, showError, ThreadDiedError } from '../errors.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { after } from '../threads/deadline.js';
import type { Deadline } from '../threads/deadline.js';
import { JobState } from '../threads/executor-thread.js';
import type { JobAnswer, JobOrder } from '../threads/executor-thread.js';
import { captureNearStack, describeNearStack, joinStacks } from '../threads/near-stack.js';
import { decodeError, encodeError } from '../wire/error-codec.js';
import type { FunctionAddress } from '../wire/message.js';
import { isCloneable, notCloneable } from '../wire/not-cloneable.js';

/** How a job's future was settled. */
export type JobOutcome = 'completed' | 'failed' | 'cancelled';

/** Whom a job tells. */
export interface JobOwner {
  readonly graceMs: number;
  /** The future was settled, by the answer or before it. Called once. */
  onSettled(job: Job, outcome: JobOutcome): void;
}

/** So often a job is given to Piscina when threads die before they can take it. */
const maxAttempts = 3;

/** A call that an executor has accepted. */
export class Job {
  readonly future: ConcurrentFuture<unknown> = new JobFuture((reason) => this.#cancel(reason));
  readonly submittedMs: number = performance.now();
  readonly #owner: JobOwner;
  readonly #address: FunctionAddress;
  #args: readonly unknown[];
  readonly #near = captureNearStack();
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  /** While Piscina has the job. */
  #port: MessagePort | null = null;
  #attempt = new AbortController();
  #grace: Deadline | undefined;

  constructor(owner: JobOwner, address: FunctionAddress, args: readonly unknown[]) {
    this.#owner = owner;
    this.#address = address;
    this.#args = args;
  }

  /** Whether no thread has it yet. */
  get isWaiting(): boolean {
    return Atomics.load(this.#state, 0) === JobState.waiting;
  }

  /** For a job that has to wait: its arguments are those of now. Fails it if they have no copy. */
  copyArguments(): void {
    try {
      if (!this.#args.every(isPrimitive)) this.#args = structuredClone(this.#args);
    } catch (cause) {
      this.#failArguments(cause);
    }
  }

  /** Runs it in a thread of the pool; resolves when that thread is free again. Never rejects. */
  async run(pool: Piscina): Promise<void> {
    const { port1: near, port2: far } = new MessageChannel();
    try {
      near.postMessage(this.#args);
    } catch (cause) {
      near.close();
      this.#failArguments(cause);
      return;
    }
    this.#args = [];
    this.#port = near;
    const answered = this.#listen(near);
    try {
      await this.#runOnPool(pool, far, answered);
    } finally {
      this.#grace?.clear();
      this.#port = null;
      near.close();
    }
  }

  /** No thread is left that could take it, and why: it has to be given to Piscina again. */
  retry(cause: unknown): void {
    this.#attempt.abort(new Retry(cause));
  }

  async #runOnPool(pool: Piscina, port: MessagePort, answered: Promise<void>): Promise<void> {
    const order: JobOrder = { address: this.#address, port, state: this.#state };
    for (let attempts = 1; ; attempts += 1) {
      this.#attempt = new AbortController();
      const { signal } = this.#attempt;
      try {
        await pool.run(order, { transferList: [port], signal });
        // Without an answer it was cancelled before it could begin.
        if (!this.future.done()) await answered;
        return;
      } catch (error) {
        const reason: unknown = signal.reason;
        const isRetry = reason instanceof Retry && !this.future.done();
        if (isRetry && attempts < maxAttempts) continue;
        // The answer may have left before the thread died; the port closes behind it.
        if (!this.isWaiting && !this.future.done()) await answered;
        this.#settle('failed', this.#describeDeath(isRetry ? reason.cause : error));
        return;
      }
    }
  }

  /** Resolves with the answer, or when none will come. */
  #listen(port: MessagePort): Promise<void> {
    return new Promise((resolve) => {
      port.on('message', (answer: JobAnswer) => {
        if ('value' in answer) this.#settle('completed', answer.value);
        else this.#settle('failed', this.#withBothStacks(decodeError(answer.error)));
        resolve();
      });
      port.on('messageerror', (error) => {
        this.#settle('failed', error);
        resolve();
      });
      port.on('close', resolve);
    });
  }

  #settle(outcome: JobOutcome, value: unknown): void {
    if (this.future.done()) return;
    if (outcome === 'completed') this.future.setResult(value);
    else this.future.setException(value);
    this.#owner.onSettled(this, this.future.cancelled() ? 'cancelled' : outcome);
  }

  #cancel(reason: CancelledError): void {
    // From now on it cannot begin; where it has begun, the code can ask for this word.
    Atomics.store(this.#state, 0, JobState.cancelled);
    if (this.#port !== null) {
      this.#port.postMessage(encodeError(reason));
      // Piscina's port keeps the process alive as long as the thread is busy.
      this.#grace = after(this.#owner.graceMs, () => this.#attempt.abort());
    }
    this.#owner.onSettled(this, 'cancelled');
  }

  #failArguments(cause: unknown): void {
    const index = this.#args.findIndex((arg) => !isCloneable(arg));
    const what = `argument ${index + 1} of ${this.#address.name}()`;
    this.#settle('failed', notCloneable(what, this.#args[index], cause));
  }

  #describeDeath(cause: unknown): ThreadDiedError {
    const exitCode = /^worker exited with code: (-?\d+)$/u.exec((cause as Error).message)?.[1];
    const death = {
      exitCode: exitCode === undefined ? null : Number(exitCode),
      reason: exitCode === undefined ? showError(cause) : `it exited with code ${exitCode}`,
      hasBegun: Atomics.load(this.#state, 0) === JobState.begun,
    };
    return new ThreadDiedError(death, { cause });
  }

  #withBothStacks(thrown: unknown): unknown {
    if (thrown instanceof Error) {
      joinStacks(thrown, describeNearStack("in an executor's thread", this.#near));
    }
    return thrown;
  }
}

/** Why an attempt is aborted that another may follow. */
class Retry {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }
}

/** A future whose cancel reaches the job. */
class JobFuture extends ConcurrentFuture<unknown> {
  readonly #onCancel: (reason: CancelledError) => void;

  constructor(onCancel: (reason: CancelledError) => void) {
    super();
    this.#onCancel = onCancel;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#onCancel(new CancelledError(message));
    return true;
  }
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}
