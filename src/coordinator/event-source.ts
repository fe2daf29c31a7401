/**
 * The half of a coordinator that tells: events to listeners, and what nobody else takes to an
 * exception handler. Runs on the coordinator's thread, and belongs to its home loop.
 */
import type { EventLoop } from '../loop/event-loop.js';
import { handleException } from '../loop/exception-handler.js';
import type { ExceptionContext, ExceptionHandler } from '../loop/exception-handler.js';
import { eventNames, Events } from './events.js';
import type { CoordinatorEvents, CoordinatorListener, ListenOptions } from './events.js';
import { refuse } from './options.js';

/** Tells of the lives of loops. */
export class EventSource {
  readonly #home: EventLoop;
  readonly #events: Events;
  #exceptionHandler: ExceptionHandler | null = null;

  constructor(home: EventLoop) {
    this.#home = home;
    this.#events = new Events((event, exception) => {
      this.report({ message: `Exception in a listener of '${event}'`, exception });
    });
  }

  /** @throws InvalidArgumentError when there is no such event */
  on<K extends keyof CoordinatorEvents>(
    event: K,
    listener: CoordinatorListener<K>,
    options: ListenOptions,
  ): Disposable {
    if (!eventNames.includes(event)) refuse('event', event, eventNames.join(', '));
    return this.#events.on(event, listener, options);
  }

  /** `null` for the handler of the home loop. */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    this.#exceptionHandler = handler;
  }

  /** Tells an event to its listeners. */
  emit<K extends keyof CoordinatorEvents>(name: K, event: CoordinatorEvents[K]): void {
    this.#events.emit(name, event);
  }

  /** Tells what nobody else takes. */
  report(context: ExceptionContext): void {
    if (this.#exceptionHandler === null) this.#home.callExceptionHandler(context);
    else handleException(this.#home, this.#exceptionHandler, context);
  }
}
