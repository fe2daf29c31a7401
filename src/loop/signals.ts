/**
 * Signals of the process as callbacks of one loop, on the main thread.
 * After asyncio's `add_signal_handler`.
 */
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { InvalidArgumentError, InvalidStateError, show } from '../errors.js';
import { assertCallable } from './check-arguments.js';
import { captureScope } from './context.js';
import type { EventLoop } from './event-loop.js';
import type { Callback } from './handle.js';

/** Those that no program can take, and that Node refuses to listen for. */
const uncatchable: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSTOP']);

/** How many loops of this thread have a handler for a signal. */
const loopCounts = new Map<string, number>();

/** Whether any loop has a handler for the signal. */
export function hasSignalHandler(signal: NodeJS.Signals): boolean {
  return (loopCounts.get(signal) ?? 0) > 0;
}

/** The signal handlers of a loop: at most one for each signal. */
export class SignalHandlers {
  readonly #loop: EventLoop;
  readonly #listeners = new Map<NodeJS.Signals, () => void>();

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  /** Takes the place of the handler that was set before. */
  add(signal: NodeJS.Signals, callback: Callback<unknown[]>, args: unknown[]): void {
    assertCallable(callback, 'addSignalHandler', true);
    assertSignal(signal);
    const scope = captureScope();
    const listener = (): void => {
      scope.runInAsyncScope(() => this.#loop.callSoonThreadsafe(callback, ...args));
    };
    this.remove(signal);
    this.#listeners.set(signal, listener);
    process.on(signal, listener);
    loopCounts.set(signal, (loopCounts.get(signal) ?? 0) + 1);
  }

  /** Brings Node's own behaviour back; `false` where there was no handler. */
  remove(signal: NodeJS.Signals): boolean {
    assertSignal(signal);
    const listener = this.#listeners.get(signal);
    if (listener === undefined) return false;
    process.off(signal, listener);
    loopCounts.set(signal, (loopCounts.get(signal) ?? 0) - 1);
    return this.#listeners.delete(signal);
  }

  clear(): void {
    for (const signal of this.#listeners.keys()) this.remove(signal);
  }
}

function assertSignal(signal: string): void {
  if (!isMainThread) {
    throw new InvalidStateError('signal handlers can be set in the main thread only');
  }
  if (!Object.hasOwn(constants.signals, signal)) {
    throw new InvalidArgumentError(
      `expects the name of a signal, such as SIGINT, got ${show(signal)}`,
    );
  }
  if (uncatchable.has(signal)) throw new InvalidArgumentError(`sig ${signal} cannot be caught`);
}
