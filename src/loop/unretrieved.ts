/**
 * Errors that nobody has looked at: reported when their future is collected, or at process exit.
 *
 * asyncio reports `Future exception was never retrieved` from the future's finalizer. JavaScript's
 * finalizers run after the object is gone, so the report describes the lost future in words.
 */
import { creationDetails } from './debug-stack.js';
import type { EventLoop } from './event-loop.js';
import { reportTo } from './exception-handler.js';

/** The promise to report one error, unless somebody retrieves it before. */
export class Unretrieved {
  readonly #loop: EventLoop | null;
  readonly #message: string;
  readonly #future: string;
  readonly #reason: unknown;
  readonly #details: { readonly sourceTraceback?: string };

  constructor(future: { toString(): string }, loop: EventLoop | null, reason: unknown) {
    this.#loop = loop;
    this.#future = future.toString();
    // As it prints, not as it is made: the class may be one of ours that nobody knows.
    const [, name] = /^<(?<name>\w+)/u.exec(this.#future) ?? [null, future.constructor.name];
    this.#message = `${name} exception was never retrieved`;
    this.#reason = reason;
    this.#details = creationDetails(future);
  }

  /** The error has been seen: nothing to report any more. */
  retrieved(): void {
    pending.delete(this);
    finalizers.unregister(this);
  }

  report(): void {
    pending.delete(this);
    reportTo(this.#loop, {
      message: this.#message,
      exception: this.#reason,
      future: this.#future,
      ...this.#details,
    });
  }
}

/** Strong, so that what has not been collected by then is reported at exit, once. */
const pending = new Set<Unretrieved>();
const finalizers = new FinalizationRegistry<Unretrieved>((unretrieved) => unretrieved.report());

let reportsAtExit = false;

/** Reports `reason` to the loop's exception handler, if it has one and nobody ever sees it. */
export function reportUnlessRetrieved(
  future: { toString(): string },
  loop: EventLoop | null,
  reason: unknown,
): Unretrieved {
  const unretrieved = new Unretrieved(future, loop, reason);
  if (!reportsAtExit) {
    reportsAtExit = true;
    process.once('exit', () => pending.forEach((each) => each.report()));
  }
  pending.add(unretrieved);
  finalizers.register(future, unretrieved, unretrieved);
  return unretrieved;
}
