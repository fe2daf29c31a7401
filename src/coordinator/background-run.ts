/**
 * Running the home loop of a coordinator while nobody else runs it, so that workers can call back
 * into a program that has no `run()`.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { getEventLoop } from '../loop/current-loop.js';
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
