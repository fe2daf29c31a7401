/**
 * Running a thread's loop while nobody else runs it, so that other threads can call into a program
 * that has no `run()`: the home of a coordinator, or a thread that joined one.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { getEventLoop, newEventLoop, setEventLoop } from '../loop/current-loop.js';
import type { EventLoop } from '../loop/event-loop.js';
import { HostEventLoop } from '../loop/host-event-loop.js';
import { registry } from '../loop/registry.js';

/**
 * Runs the current loop in the background, unless a loop runs already; gives what ends that.
 *
 * @throws InvalidArgumentError for a loop that cannot run so
 */
export function runLoopInBackground(): () => void {
  if (registry.running !== null && registry.running !== registry.background) return () => undefined;
  const loop = getEventLoop();
  if (loop instanceof HostEventLoop) return loop.runInBackground();
  throw new InvalidArgumentError(
    `${show(loop)} cannot run in the background: start the coordinator while it runs`,
  );
}

/**
 * A loop for a thread that may have none: the one that is in the background already, else the one
 * that is set, else a new one, which is set while this lasts. A loop that runs just now is not
 * taken: its run will end.
 */
export class BackgroundLoop {
  readonly loop: EventLoop;
  /** Whether it was made for this. */
  readonly isOwn: boolean;
  readonly #stop: () => void;

  /** @throws InvalidArgumentError for a loop that cannot run so */
  constructor() {
    const { background, current, running } = registry;
    const isFree = current !== null && current !== running;
    const found = background ?? (isFree ? current : null);
    const loop = found ?? newEventLoop();
    if (!(loop instanceof HostEventLoop)) {
      throw new InvalidArgumentError(
        `${show(loop)} cannot run in the background: set a HostEventLoop before attachLoop()`,
      );
    }
    this.loop = loop;
    this.isOwn = found === null;
    if (registry.current === null) setEventLoop(loop);
    this.#stop = loop.runInBackground();
  }

  /** It runs no more; one that was made for this is closed. */
  end(): void {
    this.#stop();
    if (!this.isOwn) return;
    if (registry.current === this.loop) setEventLoop(null);
    if (!this.loop.isRunning() && registry.background !== this.loop) this.loop.close();
  }
}
