/**
 * The contender without a library: a Worker, a Map of resolvers, one message a call. What one
 * writes by hand in ten minutes: no cancelling, no errors, no news of a dead thread. Both sides.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Call, StartOptions } from './contenders.js';
import * as tasks from './tasks.js';

interface Message {
  readonly id: number;
  readonly value: number;
}

/** One thread. */
export function start({ task }: StartOptions): Call {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  const waiting = new Map<number, (value: number) => void>();
  let lastId = 0;
  worker.on('message', ({ id, value }: Message) => {
    waiting.get(id)?.(value);
    waiting.delete(id);
  });
  return (value) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      worker.postMessage({ id: lastId, value });
    });
}

if (!isMainThread) {
  const { [workerData as keyof typeof tasks]: task } = tasks;
  parentPort?.on('message', ({ id, value }: Message) => {
    parentPort?.postMessage({ id, value: task(value) });
  });
}
