/**
 * How memory is measured: after everything that nobody needs has been collected.
 * A contender's process is started with `--expose-gc`.
 */

/** Collects twice: what has a finalizer is gone only after the second time. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('start it with --expose-gc');
  globalThis.gc();
  globalThis.gc();
}
