/**
 * Instruments: objects that are told what the scheduler does. After Trio's, with its nine hooks.
 *
 * All hooks are optional, and looked up when the instrument is added. One that throws is taken out
 * and reported, and the run goes on. Of an async function the scheduler sees the beginning and the
 * end: what lies between is resumed by Node.
 */
import { InvalidStateError } from '../errors.js';
import type { EventLoop } from '../loop/event-loop.js';
import type { Task } from '../loop/task.js';

/** What an instrument can be told. Times are milliseconds. */
export interface Instrument {
  /** The run begins. */
  beforeRun?(): void;
  /** The run is over. */
  afterRun?(): void;
  /** A task was made. */
  taskSpawned?(task: Task<unknown>): void;
  /** A task stands in the ready queue. */
  taskScheduled?(task: Task<unknown>): void;
  /** A task goes on. */
  beforeTaskStep?(task: Task<unknown>): void;
  /** A task waits again, or has ended. */
  afterTaskStep?(task: Task<unknown>): void;
  /** A task has ended. */
  taskExited?(task: Task<unknown>): void;
  /** A pass is over; Node has the thread for `timeoutMs` if nothing happens, `0` for not at all. */
  beforeIoWait?(timeoutMs: number): void;
  /** The next pass begins. */
  afterIoWait?(timeoutMs: number): void;
}

type Hook = keyof Instrument;

const hooks: readonly Hook[] = [
  'beforeRun',
  'afterRun',
  'taskSpawned',
  'taskScheduled',
  'beforeTaskStep',
  'afterTaskStep',
  'taskExited',
  'beforeIoWait',
  'afterIoWait',
];

/** The instruments of one run. */
export class Instruments {
  /** By hook, those that have it; a hook that nobody has is absent, and costs one look. */
  readonly #listeners = new Map<Hook, Map<Instrument, (...args: never[]) => void>>();
  readonly #all = new Set<Instrument>();
  readonly #loop: EventLoop;

  constructor(loop: EventLoop, instruments: Iterable<Instrument>) {
    this.#loop = loop;
    for (const instrument of instruments) this.add(instrument);
  }

  /** From now on it is told; adding it twice does nothing. */
  add(instrument: Instrument): void {
    if (this.#all.has(instrument)) return;
    this.#all.add(instrument);
    for (const hook of hooks) {
      const method = instrument[hook];
      if (typeof method !== 'function') continue;
      const listeners = this.#listeners.get(hook) ?? new Map<Instrument, typeof method>();
      this.#listeners.set(hook, listeners.set(instrument, method.bind(instrument)));
    }
  }

  /** @throws InvalidStateError when it is not there */
  remove(instrument: Instrument): void {
    if (!this.#all.delete(instrument)) {
      throw new InvalidStateError('removeInstrument() got an instrument that was not added');
    }
    for (const [hook, listeners] of this.#listeners) {
      if (listeners.delete(instrument) && listeners.size === 0) this.#listeners.delete(hook);
    }
  }

  /** Tells all that have the hook. Never throws. */
  tell<H extends Hook>(hook: H, ...args: Parameters<NonNullable<Instrument[H]>>): void {
    const listeners = this.#listeners.get(hook);
    if (listeners === undefined) return;
    for (const [instrument, method] of listeners) {
      try {
        (method as (...given: unknown[]) => void)(...args);
      } catch (exception) {
        if (this.#all.has(instrument)) this.remove(instrument);
        const name = instrument.constructor?.name ?? 'instrument';
        const where = `Exception raised when calling '${hook}' on ${name}`;
        const message = `${where}. Instrument has been disabled.`;
        this.#loop.callExceptionHandler({ message, exception });
      }
    }
  }
}
