/**
 * One thread that bears a loop's name, from its making to its end; numbered per name, from 1.
 * Runs on the coordinator's thread.
 *
 * It hears what the thread says of its own life, bounds the time of its start and of its end, and
 * puts into words what ended it. What follows from that is the business of `SupervisedLoop`.
 */
import type { Doorbell } from '../loop/doorbell.js';
import { after } from '../threads/deadline.js';
import type { Deadline } from '../threads/deadline.js';
import type { Exchange } from '../threads/exchange.js';
import { Notice } from '../threads/notices.js';
import type {
  Departure,
  Introduction,
  LateError,
  Measurement,
  Replacement,
} from '../threads/notices.js';
import { decodeError } from '../wire/error-codec.js';
import type { EncodedError } from '../wire/error-codec.js';
import type { SpawnedThread, ThreadExit } from './spawner.js';
import { describeExit, describeThrown } from './thread-end.js';
import type { ThreadEnd } from './thread-end.js';

/** Milliseconds that a thread has to end by itself, and to write what it printed. A guess. */
const naturalEndMs = 100;

/** Whom a thread serves. */
export interface IncarnationOwner {
  onReady(incarnation: Incarnation): void;
  onMeasured(incarnation: Incarnation, heapUsedMB: number): void;
  onLateError(message: string, error: unknown): void;
  onIntroduce(incarnation: Incarnation, introduction: Introduction): void;
  /** A call from it to a sibling ignores that it was cancelled. */
  onReplace(replacement: Replacement): void;
  /** Called once, in a later microtask than the constructor. */
  onEnd(incarnation: Incarnation, end: ThreadEnd): void;
}

/** What an incarnation is made of. */
export interface IncarnationOptions {
  /** The coordinator's end of the link to it. */
  readonly exchange: Exchange;
  readonly doorbell: Doorbell;
  readonly startTimeoutMs: number;
  /** Makes the thread. */
  readonly spawn: () => SpawnedThread;
}

/** A thread, with what it does for a name. */
export class Incarnation {
  readonly number: number;
  readonly exchange: Exchange;
  readonly doorbell: Doorbell;
  /** Node's number of it; `null` where none could be made. */
  readonly threadId: number | null = null;
  /** As it was last measured. */
  heapUsedMB: number | null = null;
  readonly #owner: IncarnationOwner;
  #thread: SpawnedThread | null = null;
  readonly #madeAtMs: number = performance.now();
  #isReady = false;
  #hasStopped = false;
  #failure: { readonly error: unknown } | null = null;
  /** Why it is to end, where somebody said so. */
  #orderReason: string | null = null;
  #isTerminated = false;
  #isTooLate = false;
  #startDeadline: Deadline | undefined;
  /** Answers that are due, in order. */
  readonly #partings: (() => void)[] = [];

  constructor(number: number, owner: IncarnationOwner, options: IncarnationOptions) {
    const { exchange, doorbell, startTimeoutMs, spawn } = options;
    this.#owner = owner;
    this.number = number;
    this.exchange = exchange;
    this.doorbell = doorbell;
    try {
      this.#thread = spawn();
    } catch (error) {
      // As if it had died at once: it may work next time, or never.
      this.#failure = { error };
      queueMicrotask(() => this.#onExit({ exitCode: null, error }));
      return;
    }
    this.threadId = this.#thread.threadId;
    this.#thread.onExit((exit) => this.#onExit(exit));
    if (startTimeoutMs !== Infinity) this.#watchStart(startTimeoutMs);
  }

  /** Milliseconds that it has lived; 0 when it has ended. */
  get ageMs(): number {
    return this.#thread === null ? 0 : performance.now() - this.#madeAtMs;
  }

  /** The share of time in which the thread was busy since this was last asked. */
  utilization(): number {
    return this.#thread?.utilization() ?? 0;
  }

  /** What the thread says. */
  onNotice(subject: string, body: unknown): void {
    if (subject === Notice.ready) this.#onReady();
    else if (subject === Notice.failed) {
      this.#failure = { error: decodeError(body as EncodedError) };
      this.#expectExit();
    } else if (subject === Notice.stopped) {
      this.#hasStopped = true;
      this.#expectExit();
    } else if (subject === Notice.measured) {
      this.heapUsedMB = (body as Measurement).heapUsedMB;
      this.#owner.onMeasured(this, this.heapUsedMB);
    } else if (subject === Notice.lateError) {
      const { message, error } = body as LateError;
      this.#owner.onLateError(message, decodeError(error));
    } else if (subject === Notice.parted) {
      this.#partings.shift()?.();
    } else if (subject === Notice.introduce) {
      this.#owner.onIntroduce(this, body as Introduction);
    } else if (subject === Notice.replace) {
      this.#owner.onReplace(body as Replacement);
    }
  }

  tell(subject: string, body: unknown): void {
    this.exchange.notice(subject, body);
  }

  /** Tells it that a sibling leaves. Resolves when it will call that no more, or has ended. */
  async partFrom(leaving: Departure): Promise<void> {
    this.tell(Notice.leaving, leaving);
    await new Promise<void>((resolve) => this.#partings.push(resolve));
  }

  /** Tells it to end by itself: once its calls have ended, or cancelled ones have cleaned up. */
  stop(reason: string, cancel: boolean): void {
    this.#orderReason ??= reason;
    this.tell(Notice.stop, { cancel });
  }

  /** As `stop`, also for calls that others have sent and that have not arrived yet. */
  retire(reason: string): void {
    this.#orderReason ??= reason;
    this.tell(Notice.retire, null);
  }

  /** Ends it at once, wherever it is. */
  terminate(reason: string): void {
    this.#orderReason = reason;
    this.#isTerminated = true;
    this.#thread?.terminate();
  }

  /** While referenced, the thread keeps the process alive. */
  ref(): void {
    this.#thread?.ref();
  }

  unref(): void {
    this.#thread?.unref();
  }

  #onReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#startDeadline?.clear();
    this.#thread?.unref();
    this.#owner.onReady(this);
  }

  #watchStart(startTimeoutMs: number): void {
    const reason = `it was not ready within ${startTimeoutMs} ms (option 'startTimeoutMs')`;
    const giveUp = (): void => {
      this.#orderReason ??= reason;
      this.#isTooLate = true;
      this.#thread?.terminate();
    };
    this.#startDeadline = after(startTimeoutMs, giveUp);
  }

  /** The thread has said goodbye. What user code left open must not keep it for ever. */
  #expectExit(): void {
    const thread = this.#thread;
    setTimeout(() => thread?.terminate(), naturalEndMs).unref();
  }

  #onExit(exit: ThreadExit): void {
    this.#startDeadline?.clear();
    // Its last words may have arrived already, and not have been read.
    this.exchange.poll();
    this.#thread = null;
    for (const parted of this.#partings.splice(0)) parted();
    this.#owner.onEnd(this, {
      exitCode: exit.exitCode,
      reason: this.#reasonOf(exit),
      cause: this.#failure === null ? exit.error : this.#failure.error,
      ...(this.#failure === null ? {} : { failure: this.#failure.error }),
      life: {
        wasReady: this.#isReady,
        livedMs: performance.now() - this.#madeAtMs,
        answeredCount: this.exchange.completedCount,
      },
      isExpected: this.#hasStopped || this.#isTerminated,
    });
  }

  /** An order that it did not live to carry out is no reason. */
  #reasonOf(exit: ThreadExit): string {
    const isOrdered = this.#hasStopped || this.#isTerminated || this.#isTooLate;
    if (isOrdered && this.#orderReason !== null) return this.#orderReason;
    if (this.#failure !== null && exit.exitCode !== null) {
      return `initialize failed: ${describeThrown(this.#failure.error)}`;
    }
    return describeExit(exit);
  }
}
