// Functions for the threads of an executor, which have no loop. The first holds its thread for a
// while; the second waits, and lets go when it is told to.

import { scryptSync } from 'node:crypto';

export function stretch(password: string): string {
  return scryptSync(password, 'salt', 8, { N: 2 ** 14 }).toString('hex');
}

/** Takes its time, and gives up when nobody wants the answer any more. */
export async function wait(delayMs: number, signal: AbortSignal): Promise<void> {
  await new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
