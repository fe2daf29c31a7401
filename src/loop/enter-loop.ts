/**
 * What makes a loop the running one of its thread, for loops that somebody writes from the ground.
 *
 * `BaseEventLoop` does it for those that extend it. Exactly one loop runs in a thread; one that
 * runs in the background (`HostEventLoop.runInBackground`) steps aside meanwhile, and goes on.
 * After asyncio's `_set_running_loop`.
 */
import { LoopRunningError } from '../errors.js';
import type { EventLoop } from './event-loop.js';
import { registry } from './registry.js';

/**
 * Asserts that a run of this loop may begin now in the calling thread.
 *
 * @throws LoopRunningError when it runs already, or another one does
 */
export function assertCanEnter(loop: EventLoop): void {
  const { running, background } = registry;
  if (running === null || running === background) return;
  throw new LoopRunningError(
    running === loop
      ? 'This event loop is already running'
      : 'Cannot run the event loop while another loop is running',
  );
}

/**
 * Makes a loop the running one of the calling thread, until the function is called that this
 * returns: from the beginning of a run to its end, also between two batches.
 *
 * @throws LoopRunningError when it runs already, or another one does
 */
export function enterLoop(loop: EventLoop): () => void {
  assertCanEnter(loop);
  registry.running = loop;
  return leaveLoop;
}

/** Hands the thread to the loop in the background, where there is one. */
export function leaveLoop(): void {
  registry.running = registry.background;
  registry.running?.callSoonThreadsafe(function resume() {});
}

/**
 * Runs a batch of callbacks: meanwhile the thread is in no task but those that the batch steps.
 * A loop calls its handles (`handle.run()`) inside of this.
 */
export function runBatch(batch: () => void): void {
  const outer = registry.stepping;
  registry.stepping = null;
  try {
    batch();
  } finally {
    registry.stepping = outer;
  }
}
