/**
 * Errors that nobody can take any more: thrown in a timer of Node's or by an emitter, rejected in
 * a promise that nobody handles. Node would end the thread for them, and with it all that others
 * had under way there.
 *
 * Runs in a worker. What code of the loop's own callbacks and tasks throws never comes here: it
 * goes to that loop's exception handler.
 */

/** What becomes of such errors: told to the coordinator, or the thread dies of them. */
export type LateErrors = 'report' | 'die';

/** Tells of every such error of this thread, unless a handler of the user's own takes it. */
export function watchLateErrors(report: (message: string, error: unknown) => void): void {
  process.on('uncaughtException', (error, origin) => {
    if (process.listenerCount('uncaughtException') > 1) return;
    report(origin === 'unhandledRejection' ? 'Unhandled rejection' : 'Uncaught exception', error);
  });
}
