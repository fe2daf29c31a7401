/**
 * The contender Comlink: a proxy of a function that lives in a worker.
 * One message a call, one answer.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { wrap } from 'comlink';
import type { Endpoint } from 'comlink';
import type { Contender } from './contender.js';

// The adapter comes without types.
const nodeEndpoint = createRequire(import.meta.url)('comlink/dist/umd/node-adapter.js') as (
  port: Worker | MessagePort,
) => Endpoint;

/** One worker that exposes the function. */
export async function startComlink(): Promise<Contender> {
  const worker = new Worker(new URL('./comlink-worker.js', import.meta.url));
  const increment = wrap<(value: number) => number>(nodeEndpoint(worker));
  await increment(0);
  return { name: 'comlink', call: (value) => increment(value), close: () => worker.terminate() };
}
