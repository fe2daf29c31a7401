/**
 * The calls that this thread has made over one link and that are not answered yet.
 *
 * Every call that was accepted settles exactly once: by its answer, by its cancellation, or by
 * `failAll` when the far thread dies. A cancelled call stays in the books until its answer comes,
 * since the far side is busy with it until then.
 */
import type { EncodedError } from '../wire/error-codec.js';
import { decodeError } from '../wire/error-codec.js';
import type { Link } from '../wire/link.js';
import type { FunctionAddress } from '../wire/message.js';
import { ConcurrentFuture } from './concurrent-future.js';
import { captureNearStack, describeNearStack, joinStacks } from './near-stack.js';
import type { NearStack } from './near-stack.js';

/**
 * The first calls of each flush remember where they were made, for the near side of a stack. It
 * costs about 1.5 µs; in a burst of calls the rest come from the same place as a rule.
 */
const nearStacksPerFlush = 16;

/** A post that may still be withdrawn. */
export interface RemoteHandle {
  /** Withdraws the callback if it has not begun; it may be too late, which nobody is told. */
  cancel(): void;
  /** Whether `cancel()` was called. */
  cancelled(): boolean;
}

/** The outgoing half of a link's calls. */
export class OutgoingCalls {
  readonly #link: Link;
  readonly #farName: string;
  readonly #pending = new Map<number, OutgoingCall<unknown>>();
  #lastId = 0;
  #completedCount = 0;
  readonly #onAnswered: (() => void)[] = [];

  constructor(link: Link, farName: string) {
    this.#link = link;
    this.#farName = farName;
  }

  /** How many calls are not answered yet. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** How many calls were answered. */
  get completedCount(): number {
    return this.#completedCount;
  }

  call(address: FunctionAddress, args: readonly unknown[]): ConcurrentFuture<unknown> {
    this.#lastId += 1;
    const near = this.#link.outboxCount < nearStacksPerFlush ? captureNearStack() : null;
    const call = new OutgoingCall<unknown>(this.#link, this.#lastId, near);
    this.#pending.set(this.#lastId, call);
    // Somebody waits now, so the process has to stay.
    if (this.#pending.size === 1) this.#link.ref();
    this.#link.call(this.#lastId, address, args);
    return call;
  }

  post(address: FunctionAddress, args: readonly unknown[]): RemoteHandle {
    this.#lastId += 1;
    this.#link.post(this.#lastId, address, args);
    return new PostedCall(this.#link, this.#lastId);
  }

  onResult(id: number, value: unknown): void {
    this.#take(id)?.setResult(value);
  }

  onError(id: number, encoded: EncodedError): void {
    const call = this.#take(id);
    if (call === undefined) return;
    const error = decodeError(encoded);
    if (error instanceof Error) joinStacks(error, call.nearStack(this.#farName));
    call.setException(error);
  }

  /** A call could not be sent; `false` when it was no call but a post. */
  onUnsendable(id: number, error: Error): boolean {
    const call = this.#take(id);
    call?.setException(error);
    return call !== undefined;
  }

  /** Resolves once no call waits for an answer. */
  answered(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onAnswered.push(resolve));
  }

  /** Fails whatever is not answered. */
  failAll(error: unknown): void {
    for (const id of this.#pending.keys()) this.#take(id)?.setException(error);
  }

  #take(id: number): OutgoingCall<unknown> | undefined {
    const call = this.#pending.get(id);
    if (call === undefined) return undefined;
    this.#pending.delete(id);
    this.#completedCount += 1;
    if (this.#pending.size === 0) this.#allAnswered();
    return call;
  }

  #allAnswered(): void {
    this.#link.unref();
    for (const resolve of this.#onAnswered.splice(0)) resolve();
  }
}

class OutgoingCall<T> extends ConcurrentFuture<T> {
  readonly #link: Link;
  readonly #id: number;
  readonly #near: NearStack | null;

  constructor(link: Link, id: number, near: NearStack | null) {
    super();
    this.#link = link;
    this.#id = id;
    this.#near = near;
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#link.cancel(this.#id, message);
    return true;
  }

  /** The lines below the far side's stack: which loop it was, and who called. */
  nearStack(farName: string): string {
    return describeNearStack(`on loop '${farName}'`, this.#near);
  }
}

class PostedCall implements RemoteHandle {
  readonly #link: Link;
  readonly #id: number;
  #cancelled = false;

  constructor(link: Link, id: number) {
    this.#link = link;
    this.#id = id;
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#link.cancel(this.#id, undefined);
  }

  cancelled(): boolean {
    return this.#cancelled;
  }
}
