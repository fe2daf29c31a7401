/**
 * A child of a nursery on another thread's loop, as the nursery's thread holds it: a call that is
 * cancelled without being given up. Why that is enough is told in `src/trio/far-child.ts`.
 */
import type { FunctionReference } from '../loop/function-reference.js';
import type { FarChild } from '../trio/far-child.js';
import type { CallOptions } from './call-options.js';
import { callback } from './callback.js';
import type { Peer } from './peer.js';
import type { RemoteCall } from './remote-call.js';
import { remoteModule } from './remote-function.js';
import { within } from './wrapped-function.js';

const far = remoteModule<typeof import('./nursery-child.js')>(
  new URL('./nursery-child.js', import.meta.url),
);

/** What a child consists of: see `FarLoop.startChild`. */
export interface ChildContent {
  readonly fn: FunctionReference;
  readonly args: readonly unknown[];
  readonly onStarted: ((value: unknown) => void) | null;
}

/** See above. */
export class RemoteChild implements FarChild {
  readonly #call: RemoteCall<unknown>;

  /** @throws the reason for which the peer was closed */
  constructor(peer: Peer, { fn, args, onStarted }: ChildContent, options: CallOptions) {
    const report = onStarted === null ? null : callback(onStarted, { releaseAfterCall: true });
    const call = peer.call(within(far.runChild, fn), [...args, report], options);
    this.#call = call as RemoteCall<unknown>;
  }

  whenEnded(run: () => void): void {
    const call = this.#call;
    const check = (): void => {
      if (call.done() && !call.isUnderWay) run();
    };
    if (call.done() && !call.isUnderWay) {
      run();
      return;
    }
    // Whichever comes last: its outcome, or its leaving the books of a thread.
    call.addDoneCallback(check);
    call.whenEnded(check);
  }

  cancel(message: string): void {
    this.#call.cancelCode(message);
  }

  result(): unknown {
    return this.#call.result();
  }
}
