// A loop of somebody else's: a host loop in virtual time that counts what it is asked for. That
// waits of the library go through a loop's public methods is what makes such loops possible.

import { type Handle, HostEventLoop, type TimerHandle } from 'threadloop';
import { VirtualClock } from 'threadloop/testing';

type Callback<A extends unknown[]> = (...args: A) => unknown;

/** Counts the calls of its public methods. */
export class CountingLoop extends HostEventLoop {
  readonly counts = { callSoon: 0, callLater: 0, callAt: 0, stop: 0 };

  constructor() {
    super({ name: 'counting', clock: new VirtualClock({ autojump: true }) });
  }

  override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    this.counts.callSoon += 1;
    return super.callSoon(callback, ...args);
  }

  override callLater<A extends unknown[]>(
    delayMs: number,
    callback: Callback<A>,
    ...args: A
  ): TimerHandle {
    this.counts.callLater += 1;
    return super.callLater(delayMs, callback, ...args);
  }

  override callAt<A extends unknown[]>(
    whenMs: number,
    callback: Callback<A>,
    ...args: A
  ): TimerHandle {
    this.counts.callAt += 1;
    return super.callAt(whenMs, callback, ...args);
  }

  override stop(): void {
    this.counts.stop += 1;
    super.stop();
  }
}
