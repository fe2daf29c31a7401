/**
 * The peer threads.js: a proxy of one thread, or its pool of several.
 * Both sides: in its threads this file exposes the tasks.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { Call, StartOptions } from '../contenders.js';
import * as tasks from '../tasks.js';

type Remote = Readonly<Record<string, Call>>;

// Its types cannot be found from ES modules: what is used of it is written down here.
interface Threads {
  readonly Worker: new (file: string) => object;
  spawn(worker: object): Promise<Remote>;
  Pool(start: () => Promise<Remote>, size: number): Pool;
}

interface Pool {
  queue(work: (thread: Remote) => PromiseLike<number> | undefined): PromiseLike<number>;
}

const require = createRequire(import.meta.url);

/** One thread by itself, several as a pool; everything else as it comes. */
export async function start({ threads: size, task }: StartOptions): Promise<Call> {
  const threads = require('threads') as Threads;
  // It looks for the file beside the one that says its name, even if that is absolute.
  const startThread = (): Promise<Remote> => threads.spawn(new threads.Worker('./threads.js'));
  if (size === 1) {
    const thread = await startThread();
    return (value) => thread[task]?.(value) ?? Promise.reject(new Error(`no ${task}`));
  }
  const pool = threads.Pool(startThread, size);
  return (value) => pool.queue((thread) => thread[task]?.(value));
}

if (!isMainThread) {
  const { expose } = require('threads/worker') as { expose: (functions: object) => void };
  expose({ ...tasks });
}
