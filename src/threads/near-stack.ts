/**
 * The two stacks of an error that crossed threads: the far side's as it came, and below it where
 * the call was made on the near side.
 */
import { performance } from 'node:perf_hooks';
import type { FunctionAddress } from '../wire/message.js';
import { withoutOwnFrames } from './own-frames.js';
import type { AnyFunction } from './remote-function.js';

/** So many stacks are taken in a millisecond: with more calls than that, a tenth of its time. */
const stacksPerMs = 4;

/** Where a call was made. Its text is made when it is asked for. */
export interface NearStack {
  readonly stack?: string;
}

/** What a call keeps of where it was made. */
export interface CallPlace {
  readonly address: FunctionAddress;
  near: NearStack | null;
  /** Whether that is where another call was made, shortly before. */
  isNearShared: boolean;
}

/** Remembers where `inner`, by default this function, is called from. Takes some 3 to 14 µs. */
export function captureNearStack(inner: AnyFunction = captureNearStack): NearStack {
  const near = {};
  Error.captureStackTrace(near, inner);
  return near;
}

/** The near stacks of the calls over one link: in a burst of calls, many share one. */
export class NearStacks {
  #leftCount = 0;
  #filledAtMs = -Infinity;
  #last: NearStack | null = null;
  /** The same: a stack keeps alive whatever was running, and must not outlive its calls. */
  #lastWeakly: WeakRef<NearStack> | null = null;
  #lastAddress: FunctionAddress | null = null;

  /**
   * Tells a call where it is made, or where one of the same function was shortly before.
   *
   * @param isFirst - whether it is the first call of a flush: the clock is read for these only
   * @param inner - what the caller has called
   */
  tell(call: CallPlace, isFirst: boolean, inner: AnyFunction): void {
    if (isFirst) this.#refill();
    call.isNearShared = this.#leftCount === 0;
    if (!call.isNearShared) {
      this.#leftCount -= 1;
      this.#lastAddress = call.address;
      this.#last = captureNearStack(inner);
      this.#lastWeakly = new WeakRef(this.#last);
    }
    if (call.address !== this.#lastAddress) return;
    this.#last ??= this.#lastWeakly?.deref() ?? null;
    call.near = this.#last;
  }

  /** No call is under way that could have one. */
  letGo(): void {
    this.#last = null;
  }

  #refill(): void {
    const nowMs = performance.now();
    if (nowMs - this.#filledAtMs < 1) return;
    this.#filledAtMs = nowMs;
    this.#leftCount = stacksPerMs;
  }
}

/**
 * The lines that stand below the far side's stack.
 *
 * @param where - the call ran, in words
 * @param isShared - whether the stack is that of a call shortly before
 */
export function describeNearStack(where: string, near: NearStack | null, isShared = false): string {
  const stack = near?.stack ?? '\n    (made in a burst of calls)';
  const frames = withoutOwnFrames(stack.slice(stack.indexOf('\n') + 1));
  const isOther = isShared && near !== null;
  const from = isOther ? 'called shortly after a call from' : 'called from';
  return `    -- ${where}, ${from} --\n${frames}`;
}

/** Puts the near side's lines below the stack that an error brought along. */
export function joinStacks(error: Error, nearStack: string): void {
  const value = `${withoutOwnFrames(error.stack ?? String(error))}\n${nearStack}`;
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true });
}
