/**
 * The bound on what `submit` has under way: a call beyond it is refused, or waits its turn here.
 *
 * Runs on the coordinator's thread. Whoever waits is served in the order of asking: calls that are
 * held back and those who asked for room stand in one queue, and no newcomer passes them.
 */
import { QueueFullError, TimeoutError } from '../errors.js';
import { Fifo } from '../queues/fifo.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { after } from '../threads/deadline.js';
import type { Deadline } from '../threads/deadline.js';
import type { RemoteCall } from '../threads/remote-call.js';
import type { LoadEvent } from './events.js';

/** What `submit` does with a call beyond `maxPendingCount`. */
export type WhenFull = 'refuse' | 'wait';

/** What an admission needs to know of its coordinator. */
export interface AdmissionOptions {
  readonly maxPendingCount: number;
  readonly whenFull: WhenFull;
  /** Calls of this thread that wait for an answer. */
  readonly pendingCount: () => number;
  readonly onOverload: (load: LoadEvent) => void;
  readonly onRelief: (load: LoadEvent) => void;
}

/** Below so many that wait, those that wait no more are left where they are. A guess. */
const minCountForSweep = 100;

interface Waiting {
  /** Whether it still waits: it may have been cancelled meanwhile. */
  isWaiting: boolean;
  /** Takes its turn. */
  begin(): void;
  fail(error: Error): void;
}

/** Lets calls in. */
export class Admission {
  readonly #options: AdmissionOptions;
  /** Some of them wait no more. */
  readonly #queue = new Fifo<Waiting>();
  #waitingCount = 0;
  /** Places of those who were told of room and have not called yet, oldest first. */
  readonly #promises = new Set<object>();
  #isOverloaded = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Calls that are held back, and callers that wait for room. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Whether a call would be refused or held back now. */
  get isOverloaded(): boolean {
    return this.#options.maxPendingCount !== Infinity && !this.#hasRoom();
  }

  /**
   * Begins a call, or has it wait its turn.
   *
   * @throws QueueFullError where that is the policy; what beginning the call throws
   */
  admit(call: RemoteCall<unknown>, whenFull: WhenFull = this.#options.whenFull): void {
    const [promise] = this.#promises;
    if (this.#options.maxPendingCount === Infinity) {
      void call.begin();
      return;
    }
    if (promise !== undefined) this.#promises.delete(promise);
    else if (!this.#hasRoom()) {
      this.#turnAway(call, whenFull);
      return;
    }
    void call.begin();
    this.#noteLoad();
  }

  /** Resolves when a call would be let in: in this very turn of the loop, the place is kept. */
  whenRoom(): ConcurrentFuture<void> {
    const turn = new ConcurrentFuture<void>();
    if (this.#options.maxPendingCount === Infinity) {
      turn.setResult(undefined);
    } else {
      const waiting: Waiting = {
        isWaiting: true,
        begin: () => {
          this.#promise();
          turn.setResult(undefined);
        },
        fail: (error) => turn.setException(error),
      };
      this.#push(waiting);
      turn.addDoneCallback(() => this.#forget(waiting));
      this.onCallEnded();
    }
    return turn;
  }

  /** There may be room. */
  onCallEnded(): void {
    if (this.#options.maxPendingCount === Infinity) return;
    while (this.#waitingCount > 0 && this.#hasPlace()) this.#takeNext();
    this.#noteLoad();
  }

  /** Nobody is held back any more: all calls are made now, or all fail. */
  close(makesCalls: boolean, error: Error): void {
    const all = this.#queue.toArray().filter(({ isWaiting }) => isWaiting);
    this.#queue.retain(() => false);
    this.#waitingCount = 0;
    for (const waiting of all) {
      waiting.isWaiting = false;
      if (!makesCalls || !(waiting instanceof HeldCall)) waiting.fail(error);
      else waiting.begin();
    }
  }

  #hasRoom(): boolean {
    return this.#waitingCount === 0 && this.#hasPlace();
  }

  #hasPlace(): boolean {
    const { maxPendingCount, pendingCount } = this.#options;
    return pendingCount() + this.#promises.size < maxPendingCount;
  }

  #turnAway(call: RemoteCall<unknown>, whenFull: WhenFull): void {
    this.#noteLoad();
    if (whenFull === 'refuse') {
      const { maxPendingCount } = this.#options;
      throw new QueueFullError(
        `${maxPendingCount} calls are under way already (option 'maxPendingCount'): ` +
          'await coordinator.whenRoom() first',
      );
    }
    const held = new HeldCall(call);
    this.#push(held);
    call.addDoneCallback(() => {
      held.end();
      this.#forget(held);
    });
  }

  /** It was cancelled before its turn, or has had it. */
  #forget(waiting: Waiting): void {
    if (!waiting.isWaiting) return;
    waiting.isWaiting = false;
    this.#waitingCount -= 1;
    const { length } = this.#queue;
    if (length > minCountForSweep && this.#waitingCount * 2 < length) {
      this.#queue.retain(({ isWaiting }) => isWaiting);
    }
  }

  #push(waiting: Waiting): void {
    this.#queue.push(waiting);
    this.#waitingCount += 1;
  }

  #takeNext(): void {
    const next = this.#queue.shift();
    if (next?.isWaiting !== true) return;
    next.isWaiting = false;
    this.#waitingCount -= 1;
    next.begin();
  }

  /** The place is kept for whoever was told, until Node's loop has turned once. */
  #promise(): void {
    const promise = {};
    this.#promises.add(promise);
    setImmediate(() => {
      if (this.#promises.delete(promise)) this.onCallEnded();
    });
  }

  #noteLoad(): void {
    const { maxPendingCount, pendingCount, onOverload, onRelief } = this.#options;
    const { isOverloaded } = this;
    if (isOverloaded === this.#isOverloaded) return;
    this.#isOverloaded = isOverloaded;
    const load: LoadEvent = {
      pendingCount: pendingCount(),
      waitingCount: this.waitingCount,
      maxPendingCount,
    };
    if (isOverloaded) onOverload(load);
    else onRelief(load);
  }
}

/** A call that has not begun. Its signal and the limit of its waiting hold already. */
class HeldCall implements Waiting {
  isWaiting = true;
  readonly #call: RemoteCall<unknown>;
  readonly #onAbort = (): void => this.begin();
  readonly #deadline: Deadline | undefined;

  constructor(call: RemoteCall<unknown>) {
    this.#call = call;
    const { signal, queueTimeoutMs = Infinity } = call.options;
    // Begun with a signal that has fired, it ends at once.
    signal?.addEventListener('abort', this.#onAbort);
    const text = `${call.address.name}() was not started within ${queueTimeoutMs} ms`;
    this.#deadline = after(queueTimeoutMs, () => this.fail(new TimeoutError(text)));
  }

  begin(): void {
    this.end();
    try {
      void this.#call.begin();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#call.setException(error);
  }

  /** It waits no more. */
  end(): void {
    this.#call.options.signal?.removeEventListener('abort', this.#onAbort);
    this.#deadline?.clear();
  }
}
