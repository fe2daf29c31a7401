/**
 * Deaths are told by whoever made the thread: this listens for the end of every worker that the
 * calling thread makes, whoever calls `new Worker()` here, and tells all tables of it.
 *
 * Once in each thread, from the moment in which this is loaded. A thread that ends by itself tells
 * of it in its own `exit` event, but `terminate()` and a full heap raise none there. Node publishes
 * new workers on a diagnostics channel, so neither users nor a spawner have to say anything.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { registry } from '../loop/registry.js';
import type { Member } from './member.js';

/** For workers that were made before this package was loaded: tells of the worker's end. */
export function watchThread(worker: Worker): void {
  // Afterwards it is -1.
  const { threadId } = worker;
  worker.once('exit', () => {
    for (const member of registry.members.values()) (member as Member).table.buryThread(threadId);
  });
}

/** To be called once in each thread. */
export function watchThreads(): void {
  subscribe('worker_threads', (message) => watchThread((message as { worker: Worker }).worker));
}
