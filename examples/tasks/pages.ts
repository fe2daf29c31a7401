// Asynchronous code for 11-blocking-portal.ts: nothing in it knows of threads.
// It runs in the portal's thread.

import { type Coroutine, sleep, type TaskStatus } from 'threadloop';

const pages = new Map([['/home', 'one\ntwo\nthree']]);

export async function countLines(path: string): Promise<number> {
  await sleep(1); // Stands for a request.
  const page = pages.get(path);
  if (page === undefined) throw new RangeError(`no such page: ${path}`);
  return page.split('\n').length;
}

/** Says when it is ready, and goes on until it is cancelled. */
export function* serve(address: string, status: TaskStatus<string>): Coroutine<never> {
  yield* sleep(1);
  status.started(address);
  for (;;) yield* sleep(1_000);
}

export function* ask(word: string): Coroutine<string> {
  yield* sleep(1);
  return word.toUpperCase();
}
