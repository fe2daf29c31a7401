/**
 * One call on another thread's loop, as its caller holds it: the future of its outcome, and the
 * way back to wherever the call is under way.
 *
 * A call may be sent more than once: when its thread died and it can be repeated, or when it waits
 * in one thread while another has nothing to do. Whoever waits for it does not notice.
 */
import { isCancelled, LoopDiedError } from '../errors.js';
import { abortError } from '../loop/abort-error.js';
import { captureCarried } from '../wire/carried-context.js';
import type { CarriedContext } from '../wire/carried-context.js';
import type { FunctionAddress } from '../wire/message.js';
import { CallLimits } from './call-limits.js';
import type { CallOptions } from './call-options.js';
import { ConcurrentFuture } from './concurrent-future.js';
import { describeNearStack } from './near-stack.js';
import type { CallPlace, NearStack } from './near-stack.js';

/** Where a call is under way. */
export interface Carrier {
  /** Passes a cancel on; whether the code had begun, or its module is being loaded. */
  cancel(call: RemoteCall<unknown>, message: string | undefined): boolean;
  /** Takes a call that has not begun out of the far queue; `false` when it is too late. */
  withdraw(call: RemoteCall<unknown>): boolean;
  /** Whether the far thread loads the module of a call that was withdrawn. */
  isLoading(call: RemoteCall<unknown>): boolean;
  startedAtMs(call: RemoteCall<unknown>): number | null;
  replaceThread(call: RemoteCall<unknown>, reason: string): void;
  /** Throws when no call can be answered while this thread is blocked, as it is for so long. */
  assertCanBlock(call: RemoteCall<unknown>, blockedMs: number): void;
}

/** Options of calls, and what else is said of one. */
export interface SendOptions extends CallOptions {
  /** The answer is a stream of what the function returns. */
  readonly isIterated?: boolean;
  /** The runtime calls for itself, and not for the code that happens to run. */
  readonly isOfRuntime?: boolean;
}

/** Sends a call, once more where it was sent before. Throws when nobody takes it. */
export type Dispatch = (call: RemoteCall<unknown>) => void;

const nothing: readonly unknown[] = [];
const noCallbacks: never[] = [];

/** See above. */
export class RemoteCall<T> extends ConcurrentFuture<T> implements CallPlace {
  readonly address: FunctionAddress;
  /** Kept as long as it may be sent again. */
  args: readonly unknown[];
  readonly options: SendOptions;
  /** For its carrier: its number there, and the place of its sending in the order of calls. */
  id = 0;
  order = 0;
  /** Whether its arguments could be sent once more: nothing of them was moved. */
  isRepeatable = true;
  /** In which it was made. */
  context: CarriedContext | undefined;
  #carrier: Carrier | null = null;
  readonly #dispatch: Dispatch;
  readonly #isForAnyLoop: boolean;
  #limits: CallLimits | null = null;
  #retriesLeft: number;
  near: NearStack | null = null;
  isNearShared = false;
  #atEnd: (() => void)[] = noCallbacks;

  /** @param isForAnyLoop - whether it was given to no loop in particular */
  constructor(
    address: FunctionAddress,
    args: readonly unknown[],
    options: SendOptions,
    dispatch: Dispatch,
    isForAnyLoop = false,
  ) {
    super();
    this.address = address;
    this.args = args;
    this.options = options;
    this.#dispatch = dispatch;
    this.#isForAnyLoop = isForAnyLoop;
    this.#retriesLeft = options.retries ?? 0;
  }

  /** Sends it for the first time. Throws when nobody takes it. */
  begin(): this {
    const { signal, isOfRuntime } = this.options;
    if (signal?.aborted === true) {
      this.setException(abortError(signal));
      return this;
    }
    try {
      if (isOfRuntime !== true) this.context = captureCarried();
    } catch (error) {
      this.setException(error);
      return this;
    }
    this.dispatch();
    return this;
  }

  /** Sends it once more. Throws when nobody takes it. */
  dispatch(): void {
    this.#dispatch(this);
  }

  /** For the carrier: it is under way there now. */
  onSent(carrier: Carrier): void {
    this.#carrier = carrier;
    if (this.#retriesLeft === 0 && !this.isMovable) this.args = nothing;
    if (isLimited(this.options)) {
      this.#limits ??= new CallLimits(this.#limited(), this.options);
      this.#limits.begin();
    }
  }

  /** For the carrier: the far thread has answered, or will not any more. */
  onEnded(): void {
    this.#carrier = null;
    this.#limits?.end();
    for (const callback of this.#atEnd) callback();
  }

  /** Calls back when its carrier has done with it: later than its outcome, if it was cancelled. */
  whenEnded(callback: () => void): void {
    this.#atEnd = [...this.#atEnd, callback];
  }

  /** For the carrier: its thread is lost. */
  onLost(error: unknown): void {
    const isLeft = this.#retriesLeft > 0 && this.isRepeatable;
    if (this.done() || !isLeft || !(error instanceof LoopDiedError)) {
      this.setException(error);
      return;
    }
    this.#retriesLeft -= 1;
    try {
      this.dispatch();
    } catch {
      // Nobody takes it any more: what ended it is the death.
      this.setException(error);
    }
  }

  override cancel(message?: string): boolean {
    if (!super.cancel(message)) return false;
    this.#passOn(message, false);
    return true;
  }

  /**
   * Cancels the code, and not the future: that tells how the code took it, once it has ended. A
   * call that has not begun never does, and is cancelled at once.
   */
  cancelCode(message?: string): void {
    this.#retriesLeft = 0;
    if (this.takeBack()) {
      this.onEnded();
      super.cancel(message);
    } else if (!this.done()) {
      this.#passOn(message, false);
    }
  }

  /** Whether its code may run: for longer than the future waits, where that was cancelled. */
  get isUnderWay(): boolean {
    return this.#carrier !== null;
  }

  /** Whether it could run elsewhere: nothing ties it to a loop. */
  get isMovable(): boolean {
    return this.#isForAnyLoop && this.options.key === undefined && this.isRepeatable;
  }

  /** Takes it back from a loop where it only waits; `false` when it has begun or ended. */
  takeBack(): boolean {
    if (this.done() || this.#carrier === null) return false;
    if (!this.#carrier.withdraw(this)) return false;
    this.#carrier = null;
    return true;
  }

  /** The lines below the far side's stack: which loop it was, and who called. */
  nearStack(farName: string): string {
    return describeNearStack(`on loop '${farName}'`, this.near, this.isNearShared);
  }

  protected override assertCanBlock(blockedMs: number): void {
    this.#carrier?.assertCanBlock(this, blockedMs);
  }

  #limited(): ConstructorParameters<typeof CallLimits>[0] {
    const call = this as RemoteCall<unknown>;
    return {
      name: `${this.address.name}()`,
      startedAtMs: () => this.#carrier?.startedAtMs(call) ?? null,
      abandon: (error) => this.#abandon(error),
      withdraw: (error) => this.#withdraw(error),
      replaceThread: (reason) => this.#carrier?.replaceThread(call, reason),
    };
  }

  #abandon(error: Error): void {
    if (this.done()) return;
    this.setException(error);
    this.#passOn(error.message, !isCancelled(error));
  }

  /** Its carrier keeps its place, and may have to answer for the thread. */
  #withdraw(error: Error): void {
    const carrier = this.#carrier;
    if (this.done() || carrier?.withdraw(this) !== true) return;
    this.setException(error);
    if (carrier.isLoading(this)) this.#limits?.onCancelled(false);
    else this.#limits?.end();
  }

  #passOn(message: string | undefined, isTimeout: boolean): void {
    const isBusy = this.#carrier?.cancel(this, message) ?? false;
    if (isBusy) this.#limits?.onCancelled(isTimeout);
    else this.#limits?.end();
  }
}

function isLimited({ signal, timeoutMs, queueTimeoutMs, graceMs }: CallOptions): boolean {
  return (signal ?? timeoutMs ?? queueTimeoutMs ?? graceMs) !== undefined;
}
