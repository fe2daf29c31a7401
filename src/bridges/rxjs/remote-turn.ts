/**
 * What a remote loop's scheduler puts on the way: a turn there with work here after it, or a
 * remote function there. Either begins after a delay on this thread's loop.
 */
import { isCancelled } from '../../errors.js';
import type { EventLoop } from '../../loop/event-loop.js';
import { remoteFunction } from '../../threads/remote-function.js';
import type { RemoteFunction } from '../../threads/remote-function.js';
import type { RemoteLoop } from '../../threads/remote-loop.js';
import { whenSettled } from '../far-call.js';

const turn: RemoteFunction<() => void> = remoteFunction(
  new URL('./turn.js', import.meta.url),
  'turn',
);

/** Waits out the delay; then there is something on the way, which can be taken back. */
abstract class Delayed {
  #underWay: { cancel(): void } | null = null;

  protected abstract readonly near: EventLoop;

  begin(delayMs: number): this {
    if (delayMs > 0) this.#underWay = this.near.callLater(delayMs, () => this.#send());
    else this.#send();
    return this;
  }

  cancel(): void {
    this.#underWay?.cancel();
    this.#underWay = null;
  }

  protected abstract send(): { cancel(): void };

  /** Replaces what is under way, for the next step. */
  protected goOn(next: { cancel(): void }): void {
    this.#underWay = next;
  }

  #send(): void {
    this.#underWay = this.send();
  }
}

/** A turn there, then work here. */
export class RemoteTurn extends Delayed {
  protected readonly near: EventLoop;
  readonly #remote: RemoteLoop;
  readonly #run: () => void;
  #isCancelled = false;

  constructor({ remote, near, run }: { remote: RemoteLoop; near: EventLoop; run: () => void }) {
    super();
    this.#remote = remote;
    this.near = near;
    this.#run = run;
  }

  override cancel(): void {
    this.#isCancelled = true;
    super.cancel();
  }

  protected send(): { cancel(): void } {
    const runHere = (): { cancel(): void } => this.near.callSoon(this.#run);
    try {
      const call = this.#remote.runCoroutineThreadsafe(turn);
      whenSettled(call, {
        value: () => this.goOn(runHere()),
        error: (error) => {
          if (this.#isCancelled && isCancelled(error)) return;
          this.#report(error);
          this.goOn(runHere());
        },
      });
      return { cancel: () => void call.cancel() };
    } catch (error) {
      this.#report(error);
      return runHere();
    }
  }

  #report(exception: unknown): void {
    const message = `No turn on loop '${this.#remote.name}': the work goes on without it`;
    this.near.callExceptionHandler({ message, exception });
  }
}

/** A remote function, which nobody here waits for. */
export class RemotePost extends Delayed {
  protected readonly near: EventLoop;
  readonly #remote: RemoteLoop;
  readonly #fn: RemoteFunction;
  readonly #state: unknown;

  constructor(what: { remote: RemoteLoop; near: EventLoop; fn: RemoteFunction; state: unknown }) {
    super();
    this.#remote = what.remote;
    this.near = what.near;
    this.#fn = what.fn;
    this.#state = what.state;
  }

  protected send(): { cancel(): void } {
    return this.#remote.callSoonThreadsafe(this.#fn, ...([this.#state] as never[]));
  }
}
