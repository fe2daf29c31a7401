/**
 * The contender without a library: a Worker, a Map of resolvers, one message a call.
 * What one writes by hand in ten minutes.
 */
import { Worker } from 'node:worker_threads';
import type { Contender } from './contender.js';

/** What one writes by hand: a Worker, a Map of resolvers, one message a call. */
export async function startPlain(): Promise<Contender> {
  const worker = new Worker(new URL('./plain-worker.js', import.meta.url));
  const waiting = new Map<number, (value: number) => void>();
  let lastId = 0;
  worker.on('message', ({ id, value }: { id: number; value: number }) => {
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  const call = (value: number): Promise<number> =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      worker.postMessage({ id: lastId, value });
    });
  await call(0);
  return { name: 'Worker + Map', call, close: () => worker.terminate() };
}
