/**
 * The calls that a coordinator takes: one, many, or one for each loop. The face that `with()`
 * gives back with options bound, and that a coordinator has itself.
 */
import { checkCallOptions } from '../threads/call-options.js';
import type { CallOptions } from '../threads/call-options.js';
import { ConcurrentFuture } from '../threads/concurrent-future.js';
import { captureNearStack } from '../threads/near-stack.js';
import { RemoteCall } from '../threads/remote-call.js';
import type { Dispatch } from '../threads/remote-call.js';
import { assertRemoteFunction } from '../threads/remote-function.js';
import type {
  AnyFunction,
  RemoteFunction,
  RemoteParameters,
  RemoteResult,
} from '../threads/remote-function.js';
import type { RemoteLoop } from '../threads/remote-loop.js';
import type { WhenFull } from './admission.js';
import { assertIterable, MapIterator } from './map.js';
import type { MapOptions } from './map.js';
import { refuse } from './options.js';

/** Calls under way for each loop in `map()`, unless said otherwise. A guess, safe to change. */
const mapCallsPerLoop = 4;

/** Where the calls go. */
export interface CallPlaces {
  readonly loops: readonly RemoteLoop[];
  /** @throws CoordinatorClosedError */
  readonly assertOpen: () => void;
  /**
   * Begins a call, or has it wait until there is room.
   *
   * @throws QueueFullError where that is the policy
   */
  readonly admit: (call: RemoteCall<unknown>, whenFull?: WhenFull) => void;
  /** Sends a call to the loop that suits it best now. */
  readonly dispatch: Dispatch;
}

/** Calls for whichever loop suits them. */
export abstract class CoordinatorCalls {
  protected readonly options: CallOptions = {};
  protected abstract readonly places: CallPlaces;

  /**
   * The same calls with options, which add to those bound before.
   *
   * @throws InvalidArgumentError naming the option, its value and what is allowed
   *
   * @example
   * await coordinator.with({ key: userId, timeoutMs: 500 }).submit(tasks.update, userId, change);
   */
  with(options: CallOptions): CoordinatorCalls {
    return new BoundCalls(this.places, { ...this.options, ...checkCallOptions(options) });
  }

  /**
   * Runs a function on whichever loop has the fewest calls under way; a `key` chooses always the
   * same. A call that waits on a busy loop goes over to one that has nothing to do, so its
   * arguments may be copied as late as it starts: do not change them before it has ended.
   * Everything else is as for `RemoteLoop.runCoroutineThreadsafe`.
   *
   * @throws CoordinatorClosedError; InvalidArgumentError when it is no remote function;
   *   QueueFullError with the options `maxPendingCount` and `whenFull: 'refuse'`
   */
  submit<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): ConcurrentFuture<RemoteResult<F>> {
    assertRemoteFunction(fn, 'submit');
    this.places.assertOpen();
    const { options, places } = this;
    const call = new RemoteCall<RemoteResult<F>>(fn, args, options, places.dispatch, true);
    places.admit(call);
    return call;
  }

  /**
   * Runs a function over many inputs and gives the results as they are consumed: in order unless
   * `ordered` is false. The first error ends it. Inputs are taken only as fast as results are.
   *
   * @throws CoordinatorClosedError; InvalidArgumentError
   *
   * @example
   * for await (const size of coordinator.map(tasks.crawl, urls)) console.log(size);
   */
  map<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    inputs: Iterable<Parameters<F>[0]> | AsyncIterable<Parameters<F>[0]>,
    { concurrency = mapCallsPerLoop * this.places.loops.length, ordered = true }: MapOptions = {},
  ): AsyncIterableIterator<RemoteResult<F>> {
    assertRemoteFunction(fn, 'map');
    this.places.assertOpen();
    assertIterable(inputs);
    if (!(concurrency >= 1)) refuse('concurrency', concurrency, 'a number, 1 or more');
    const { options, places } = this;
    // Where each call is made, in a callback of ours, would tell nobody anything.
    // oxlint-disable-next-line typescript/unbound-method -- named, not called
    const near = captureNearStack(this.map);
    const call = (input: unknown): ConcurrentFuture<unknown> => {
      places.assertOpen();
      const made = new RemoteCall<unknown>(fn, [input], options, places.dispatch, true);
      made.near = near;
      // A mapping has a bound of its own: where the coordinator is full it waits.
      places.admit(made, 'wait');
      return made;
    };
    return new MapIterator({ call, inputs, concurrency, ordered });
  }

  /**
   * Runs a function once on every loop; resolves to the results in the order of `loops`, and
   * fails with the first error.
   *
   * @throws as `submit`
   */
  broadcast<F extends AnyFunction>(
    fn: RemoteFunction<F>,
    ...args: RemoteParameters<F>
  ): ConcurrentFuture<RemoteResult<F>[]> {
    assertRemoteFunction(fn, 'broadcast');
    this.places.assertOpen();
    const loops = this.places.loops.map((loop) => loop.with(this.options));
    const calls = loops.map((loop) => loop.runCoroutineThreadsafe(fn, ...args));
    return ConcurrentFuture.from(Promise.all(calls));
  }
}

class BoundCalls extends CoordinatorCalls {
  protected override readonly options: CallOptions;
  protected override readonly places: CallPlaces;

  constructor(places: CallPlaces, options: CallOptions) {
    super();
    this.places = places;
    this.options = options;
  }
}
