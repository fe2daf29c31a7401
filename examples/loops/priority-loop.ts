// A loop of one's own: what is urgent runs before what waits already. Everything else is as on any
// loop, which the conformance kit makes sure of.

import { Handle, HostEventLoop, InvalidArgumentError } from 'threadloop';

type Callback<A extends unknown[]> = (...args: A) => unknown;

/** For every callback one turn stands in the ready queue; whoever is most urgent then takes it. */
export class PriorityLoop extends HostEventLoop {
  readonly #urgent: Handle[] = [];
  readonly #ordinary: Handle[] = [];

  /** As any loop's: in the order of the calls. Futures and tasks come this way, too. */
  override callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    return this.#add(this.#ordinary, callback, args);
  }

  /** Before all that is not urgent; of what is urgent, in the order of the calls. */
  callUrgently<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    return this.#add(this.#urgent, callback, args);
  }

  override close(): void {
    super.close();
    this.#urgent.length = 0;
    this.#ordinary.length = 0;
  }

  #add<A extends unknown[]>(lane: Handle[], callback: Callback<A>, args: A): Handle {
    if (typeof callback !== 'function') throw new InvalidArgumentError('a function was expected');
    super.callSoon(this.#runNext);
    const handle = new Handle(this, callback as Callback<unknown[]>, args);
    lane.push(handle);
    return handle;
  }

  readonly #runNext = (): void => (this.#urgent.shift() ?? this.#ordinary.shift())?.run();
}
