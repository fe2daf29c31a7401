/**
 * What the command's exit code says.
 *
 * Kept apart because a script that calls the command depends on these numbers: they are part of
 * its interface, like the options.
 */

/** Every input was answered with a value. */
export const exitOk = 0;

/** Some inputs failed, or the run could not be brought to its end. */
export const exitSomeFailed = 1;

/** Wrong usage: nothing ran, or the inputs themselves turned out to be unreadable. */
export const exitWrongUsage = 2;

/** Ended by Ctrl-C, the first or the second: 128 and the signal's number, as shells say it. */
export const exitInterrupted = 130;

/** The reader of standard output went away (`| head`): what SIGPIPE would have said. */
export const exitBrokenPipe = 141;

/** Ended by SIGTERM. */
export const exitTerminated = 143;
