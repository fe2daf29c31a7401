/**
 * The one place in the library that writes to the console: records that nobody took.
 *
 * Everything that ends here went past a handler that a user could have set.
 */

/** Writes one record on standard error; the error, if there is one, with its stack. */
export function writeRecord(text: string, ...error: readonly unknown[]): void {
  try {
    // oxlint-disable-next-line no-console -- the last resort, where no handler was set
    console.error(text, ...error);
  } catch {
    // Standard error is gone, or the error cannot be printed: there is nobody left to tell.
  }
}
