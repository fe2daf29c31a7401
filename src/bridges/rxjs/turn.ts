/**
 * Runs on another thread's loop, for its scheduler here. It imports nothing, so that the other
 * thread has next to nothing to load.
 */

/** A turn in which nothing happens. */
export function turn(): void {}
