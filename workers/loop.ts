/**
 * The file in which every worker thread of a coordinator starts.
 * No logic: what the thread does is `src/threads/worker.ts`.
 */
import { runWorker } from '../src/threads/worker.js';

await runWorker();
