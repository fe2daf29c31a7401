/**
 * Threads as the operating system knows them: the one witness of a death that needs no event.
 *
 * Any thread, Linux only. A worker that is terminated, or out of memory, is told of by an event in
 * the thread that made it. A thread that blocks hears no events; but it can read `/proc`.
 */
import { accessSync, readlinkSync } from 'node:fs';

/** The system's number of the calling thread; 0 where it cannot be known. */
export function ownSystemThreadId(): number {
  if (process.platform !== 'linux') return 0;
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1)) || 0;
  } catch {
    return 0;
  }
}

/**
 * Whether a thread of this process has ended; `false` where that cannot be known. Each is asked for
 * by its number: a listing of all leaves some out when others end meanwhile.
 */
export function hasSystemThreadEnded(systemThreadId: number): boolean {
  if (systemThreadId === 0) return false;
  try {
    accessSync(`/proc/self/task/${systemThreadId}`);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ENOENT';
  }
}
