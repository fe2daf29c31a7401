// tasks.ts: an ordinary module; nothing in it knows of threads.
// Each thread that runs one of its functions loads it for itself.
import { readFile } from 'node:fs/promises';
import { ensureFuture, sleep } from 'threadloop';
import type { Coroutine } from 'threadloop';

// A coroutine: can be cancelled at every yield*.
export function* crawl(url: string): Coroutine<number> {
  const page = yield* ensureFuture(fetch(url).then((response) => response.text()));
  yield* sleep(10); // milliseconds
  return page.length;
}

// Async functions are tasks too; the signal fires when the task is cancelled.
export async function countLines(file: string, signal?: AbortSignal): Promise<number> {
  const text = await readFile(new URL(file), { encoding: 'utf8', ...(signal && { signal }) });
  return text.split('\n').length;
}

// State that is owned by the thread in which it lives.
const counts = new Map<string, number>();

export function tally(word: string): void {
  counts.set(word, (counts.get(word) ?? 0) + 1);
}

export function countOf(word: string): number {
  return counts.get(word) ?? 0;
}
