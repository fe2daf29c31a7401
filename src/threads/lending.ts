/**
 * What the runtimes of two threads call on each other about things that are lent: callbacks and
 * streams. Shapes only.
 */
import type { EventLoop } from '../loop/event-loop.js';
import type { ConcurrentFuture } from './concurrent-future.js';

/** Where the functions of the runtime are found, instead of in a module. */
export const runtimeUrl = 'threadloop:';

/** Their names. */
export const Lending = {
  /** Calls a callback: arguments, number. */
  callback: 'callback',
  /** Lets go of a callback: number, how often it has come. */
  release: 'release',
  /** Asks a stream for items: number, up to which item it may go. */
  pull: 'pull',
  /** Ends a stream: number. */
  close: 'close',
} as const;

/** A link, as lending needs it. */
export interface Lane {
  /** Calls a function of the far side's runtime. */
  call(name: string, args: readonly unknown[]): ConcurrentFuture<unknown>;
  post(name: string, args: readonly unknown[]): void;
  /** Fails the calls that wait for the far side. */
  failAll(error: Error): void;
  /** Something of the far side is used here: its death has to be told. */
  onBorrowed(): void;
  /** On which this thread's streams run. */
  loop(): EventLoop | null;
}
