/**
 * Threads as the operating system knows them: the one witness of a death that needs no event.
 *
 * Any thread, Linux only. A worker that is terminated, or out of memory, is told of by an event in
 * the thread that made it. A thread that blocks hears no events; but it can read `/proc`.
 */
import { readdirSync, readlinkSync } from 'node:fs';

/** The system's number of the calling thread; 0 where it cannot be known. */
export function ownSystemThreadId(): number {
  if (process.platform !== 'linux') return 0;
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/** The numbers of all threads of this process; `null` where they cannot be known. */
export function listSystemThreads(): ReadonlySet<number> | null {
  if (process.platform !== 'linux') return null;
  try {
    return new Set(readdirSync('/proc/self/task').map(Number));
  } catch {
    return null;
  }
}
