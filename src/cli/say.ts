/**
 * How the command speaks to its user: on standard error, so that standard output holds answers and
 * nothing else.
 */

/** Prints one line, with the command's name before it. */
export function say(message: string): void {
  process.stderr.write(`threadloop: ${message}\n`);
}
