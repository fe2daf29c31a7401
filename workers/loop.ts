/**
 * The file in which every worker thread of a coordinator starts. No logic: it hands what the
 * thread was born with to the runtime.
 */
import { workerData } from 'node:worker_threads';
import { runWorker } from '../src/threads/worker.js';
import type { WorkerSeed } from '../src/threads/worker.js';

await runWorker((workerData as { threadloop: WorkerSeed }).threadloop);
