// Executors for tests: ended by force when the test is over, whatever they are at.

import { PiscinaExecutor, type PiscinaExecutorOptions, remoteModule } from 'threadloop';
import { onTestFinished } from 'vitest';

/** Functions to run. */
export const jobs = remoteModule<typeof import('./fixtures/jobs.js')>(
  new URL('./fixtures/jobs.ts', import.meta.url),
);

/** An executor for one test. */
export function newExecutor(options: PiscinaExecutorOptions = {}): PiscinaExecutor {
  const executor = new PiscinaExecutor(options);
  onTestFinished(async () => {
    await executor.shutdown({ timeoutMs: 0 });
  });
  return executor;
}

/** What a promise was rejected with. */
export async function errorOf(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
