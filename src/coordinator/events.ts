/**
 * What a coordinator tells of its loops' lives, to whoever listens.
 *
 * Runs on the coordinator's thread. Listeners run in a microtask of their own, in the order of the
 * events, so they may call the coordinator. What one throws goes to the exception handler of the
 * home loop and harms nobody; an event without listeners is nothing.
 */
import { EventEmitter } from 'node:events';

/** A thread, by the loop whose name it bears. */
export interface LoopEvent {
  readonly loop: string;
  /** Node's number of the thread; `null` where none could be made. */
  readonly threadId: number | null;
  /** Which thread of that name it is, from 1. */
  readonly incarnation: number;
}

/** Another thread bears a loop's name. */
export interface RestartEvent extends LoopEvent {
  /** Why the one before does not, in words. */
  readonly reason: string;
}

/** A thread has ended. */
export interface EndEvent extends LoopEvent {
  readonly exitCode: number | null;
  readonly reason: string;
  /** What was thrown and ended it; `undefined` where nothing was. */
  readonly cause: unknown;
}

/** A thread has ended that nobody had told to end by itself. */
export interface DeathEvent extends EndEvent {
  /** Milliseconds until another one is started; `null` where none will be. */
  readonly restartDelayMs: number | null;
}

/** How much is under way. */
export interface LoadEvent {
  /** Calls of this thread that wait for an answer. */
  readonly pendingCount: number;
  /** Calls that `submit` holds back until there is room. */
  readonly waitingCount: number;
  readonly maxPendingCount: number;
}

/** The events of a coordinator, with what they carry: frozen records. */
export interface CoordinatorEvents {
  /** The first thread of a loop takes calls. */
  readonly start: LoopEvent;
  /** A further thread of a loop takes calls, in place of one that died or was recycled. */
  readonly restart: RestartEvent;
  /** A thread died, or was ended by `restart()`. */
  readonly death: DeathEvent;
  /** A loop has ended for good: it was given up, taken away, or its coordinator was shut down. */
  readonly gone: EndEvent;
  /** `maxPendingCount` calls are under way. */
  readonly overload: LoadEvent;
  /** There is room again after an overload. */
  readonly relief: LoadEvent;
}

/** Hears of one kind of event. */
export type CoordinatorListener<K extends keyof CoordinatorEvents> = (
  event: CoordinatorEvents[K],
) => unknown;

/** Options of `Coordinator.on()`. */
export interface ListenOptions {
  /** Ends the subscription when it is aborted. */
  readonly signal?: AbortSignal;
  /** Only the next event. Default `false`. */
  readonly once?: boolean;
}

/** All names of events. */
export const eventNames: readonly (keyof CoordinatorEvents)[] = [
  'start',
  'restart',
  'death',
  'gone',
  'overload',
  'relief',
];

/** Who listens to what. */
export class Events {
  readonly #emitter = new EventEmitter().setMaxListeners(0);
  readonly #onError: (name: string, error: unknown) => void;

  /** @param onError - hears what listeners throw */
  constructor(onError: (name: string, error: unknown) => void) {
    this.#onError = onError;
  }

  on<K extends keyof CoordinatorEvents>(
    name: K,
    listener: CoordinatorListener<K>,
    { signal, once = false }: ListenOptions,
  ): Disposable {
    const deliver = (event: CoordinatorEvents[K]): void => {
      if (once) end();
      void this.#deliver(name, listener, event);
    };
    const end = (): void => {
      this.#emitter.off(name, deliver);
      signal?.removeEventListener('abort', end);
    };
    if (signal?.aborted !== true) {
      this.#emitter.on(name, deliver);
      signal?.addEventListener('abort', end);
    }
    return { [Symbol.dispose]: end };
  }

  emit<K extends keyof CoordinatorEvents>(name: K, event: CoordinatorEvents[K]): void {
    if (this.#emitter.listenerCount(name) === 0) return;
    queueMicrotask(() => this.#emitter.emit(name, Object.freeze(event)));
  }

  async #deliver<K extends keyof CoordinatorEvents>(
    name: K,
    listener: CoordinatorListener<K>,
    event: CoordinatorEvents[K],
  ): Promise<void> {
    try {
      await listener(event);
    } catch (error) {
      this.#onError(name, error);
    }
  }
}
