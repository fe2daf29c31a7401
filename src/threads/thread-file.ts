/**
 * The file in which a thread starts, and what the thread is born with.
 * For whoever makes threads: the coordinator, and a thread that makes a place for Piscina.
 */
import { compiledChunks } from '../chunks/load.js';
import type { BornWithChunks } from '../chunks/load.js';
import type { WorkerSeed } from './notices.js';

/** CommonJS, so that no thread waits for Node to set up what loads modules before one needs it. */
export const threadFile: URL = new URL('../../workers/loop.cjs', import.meta.url);

/** The `workerData` of a thread. */
export interface ThreadData {
  readonly threadloop: WorkerSeed & BornWithChunks;
}

/** What a thread with this seed is to have as its `workerData`. */
export function threadData(seed: WorkerSeed): ThreadData {
  return { threadloop: { ...seed, chunks: compiledChunks() } };
}
