/**
 * Tells of loops that were collected without having been closed, in debug mode.
 *
 * After the `ResourceWarning` of asyncio's loops, which Python shows in its development mode only.
 */

/** What is left of a loop when it is gone. */
export interface UnclosedLoop {
  /** Written where debug mode is on at the end. */
  isDebug: boolean;
  readonly text: string;
}

const finalizers = new FinalizationRegistry<UnclosedLoop>(({ isDebug, text }) => {
  if (isDebug) process.emitWarning(`unclosed event loop ${text}`, 'ResourceWarning');
});

/** Watches a new loop until it is closed. The record that it returns is the loop's to keep. */
export function watchUntilClosed(loop: object, isDebug: boolean): UnclosedLoop {
  const { name } = loop.constructor;
  const unclosed = { isDebug, text: `<${name} running=false closed=false debug=true>` };
  finalizers.register(loop, unclosed, loop);
  return unclosed;
}

/** The loop was closed: there is nothing to tell. */
export function forgetUnclosed(loop: object): void {
  finalizers.unregister(loop);
}
