/**
 * What the command's exit code says.
 *
 * Kept apart because a script that calls the command depends on these numbers: they are part of
 * its interface, like the options.
 */

/** Every input was answered with a value. */
export const EXIT_OK = 0;

/** Some inputs failed, or the run could not be brought to its end. */
export const EXIT_SOME_FAILED = 1;

/** Wrong usage: nothing ran, or the inputs themselves turned out to be unreadable. */
export const EXIT_WRONG_USAGE = 2;

/** Ended by Ctrl-C, the first or the second: 128 and the signal's number, as shells say it. */
export const EXIT_INTERRUPTED = 130;

/** The reader of standard output went away (`| head`): what SIGPIPE would have said. */
export const EXIT_BROKEN_PIPE = 141;

/** Ended by SIGTERM. */
export const EXIT_TERMINATED = 143;
