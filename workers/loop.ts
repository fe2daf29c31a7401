/**
 * The file in which every worker thread of a coordinator starts.
 * No logic: what the thread does is `src/threads/worker.ts`.
 */
import { loadChunk } from '../src/chunks/load.js';
import type { runWorker as RunWorker } from '../src/threads/worker.js';

const { runWorker } = loadChunk('thread') as { runWorker: typeof RunWorker };
void runWorker();
