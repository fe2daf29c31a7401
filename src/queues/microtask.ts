/**
 * The microtasks of this thread, cheaper than by `queueMicrotask()`: that makes an async resource
 * each time, and takes twice as long.
 */
const resolved = Promise.resolve();

/** Calls back in a microtask. An error would be a rejection that nobody handles. */
export function inMicrotask(callback: () => void): void {
  void resolved.then(callback);
}
