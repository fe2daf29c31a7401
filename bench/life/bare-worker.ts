/**
 * A worker thread that does nothing, for the rows that show what one costs by itself: it says that
 * it runs, and listens. Both sides.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/** So many bare threads, ready when `event` has come from each: `online` before its code runs. */
export async function startBareWorkers(
  count: number,
  event: 'online' | 'message',
): Promise<Worker[]> {
  const workers = Array.from({ length: count }, () => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map((worker) => once(worker, event)));
  return workers;
}

if (!isMainThread && parentPort !== null) {
  parentPort.postMessage('ready');
  parentPort.on('message', () => {});
}
