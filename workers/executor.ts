/**
 * The file that Piscina loads in every thread of an executor.
 * No logic: what the thread does is `src/threads/executor-thread.ts`.
 */
export { runJob } from '../src/threads/executor-thread.js';
