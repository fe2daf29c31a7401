/**
 * The peer Comlink: a proxy of an object that lives in a thread, one message each way.
 * Both sides: in its thread this file exposes the tasks.
 */
import { createRequire } from 'node:module';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { type Endpoint, expose, wrap } from 'comlink';
import type { Call, StartOptions } from '../contenders.js';
import * as tasks from '../tasks.js';

// The adapter comes without types.
const nodeEndpoint = createRequire(import.meta.url)('comlink/dist/umd/node-adapter.js') as (
  port: Worker | MessagePort,
) => Endpoint;

/** One thread. */
export function start({ task }: StartOptions): Call {
  const worker = new Worker(new URL(import.meta.url));
  const remote = wrap<typeof tasks>(nodeEndpoint(worker))[task];
  return (value) => remote(value);
}

if (!isMainThread && parentPort !== null) expose(tasks, nodeEndpoint(parentPort));
