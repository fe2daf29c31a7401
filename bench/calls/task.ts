/**
 * The function that is called: it does nothing, so that only the call is measured.
 * Loaded by the worker loop.
 */
/** The function that is called: it does nothing, so that only the call is measured. */
export function increment(value: number): number {
  return value + 1;
}
