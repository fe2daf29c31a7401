/**
 * How a thread ended, and in which shapes that is told: to those whose calls it held, to its
 * siblings, and to those who listen to events.
 */
import { LoopDiedError, show } from '../errors.js';
import type { LoopDeath } from '../errors.js';
import type { ThreadLife } from './brake.js';
import type { EndEvent } from './events.js';
import type { ThreadExit } from './spawner.js';

/** The end of a loop, or of one of its threads. */
export interface LoopEnd {
  readonly exitCode: number | null;
  /** In words. */
  readonly reason: string;
  /** What was thrown and ended it; `undefined` where nothing was. */
  readonly cause: unknown;
  /** What `initialize` threw, or the spawner; absent where they did not. */
  readonly failure?: unknown;
}

/** The end of one thread. */
export interface ThreadEnd extends LoopEnd {
  readonly life: ThreadLife;
  /** Whether it ended as it was told: by itself, or by force of `terminate()`. */
  readonly isExpected: boolean;
}

/** As siblings are told. */
export function deathOf(loop: string, { exitCode, reason }: LoopEnd): LoopDeath {
  return { loop, exitCode, reason };
}

/** As the calls fail that it held. */
export function errorOf(loop: string, end: LoopEnd): LoopDiedError {
  const { cause } = end;
  const hasCause = cause !== undefined && cause !== null;
  return new LoopDiedError(deathOf(loop, end), hasCause ? { cause } : {});
}

/** As listeners hear of it. */
export function eventOf(
  loop: string,
  thread: { readonly threadId: number | null; readonly number: number } | null,
  { exitCode, reason, cause }: LoopEnd,
): EndEvent {
  const { threadId = null, number: incarnation = 0 } = thread ?? {};
  return { loop, threadId, incarnation, exitCode, reason, cause };
}

/** What ended a thread that was not told to end. */
export function describeExit(exit: ThreadExit): string {
  if (!('error' in exit)) {
    return exit.exitCode === 0 ? 'its thread ended' : 'process.exit() was called';
  }
  const { error } = exit;
  const isMemory = (error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
  return isMemory ? 'out of memory' : `uncaught ${describeThrown(error)}`;
}

/** Anything that was thrown, in a few words. */
export function describeThrown(error: unknown): string {
  return error instanceof Error ? error.toString() : show(error);
}
