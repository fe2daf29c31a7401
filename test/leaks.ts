// Every test file ends clean: no thread, port, server, child process or timer outlives it.
// Loaded by vitest before each file (`setupFiles`); runs in the main thread of the file's process.
//
// Node lists only what keeps a process alive, and an idle coordinator's threads do not, so threads
// are counted by their births instead. A port or timer that was unref'ed on purpose stays unseen.

import { subscribe } from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterAll } from 'vitest';

/** How long what a test closed may take to be gone. A guess, safe to change. */
const settleMs = 5_000;
const pollMs = 20;

function creationStack(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

const threads = new Set<Worker>();
subscribe('worker_threads', (message) => {
  const { worker } = message as { worker: Worker };
  // Node's own thread for module hooks (Node 20, once tsx is registered): it never ends.
  if (worker.constructor.name === 'InternalWorker') return;
  // esbuild's own, when tsx compiles a file for the first time: this runs inside the constructor.
  if (creationStack().includes('/esbuild/')) return;
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
});

// vitest's own pipes to its parent are there from the start.
const before = countByKind(process.getActiveResourcesInfo());

afterAll(async () => {
  const deadlineMs = performance.now() + settleMs;
  let left: string[];
  do {
    // Also leaves this turn, so that a timer of the wait itself is not counted.
    await pause(pollMs);
    left = findLeaks();
  } while (left.length > 0 && performance.now() < deadlineMs);
  if (left.length > 0) {
    throw new Error(`This test file leaks: ${left.join(', ')}. Close or cancel what it opened.`);
  }
});

function findLeaks(): string[] {
  const leaks: string[] = [];
  for (const [kind, count] of countByKind(process.getActiveResourcesInfo())) {
    const extra = count - (before.get(kind) ?? 0);
    if (extra > 0 && !passing.has(kind)) leaks.push(`${extra} ${kind}`);
  }
  for (const thread of threads) leaks.push(`thread ${thread.threadId}`);
  return leaks;
}

/** Kinds that come and go with vitest's own reports and file reads. */
const passing: ReadonlySet<string> = new Set(['CloseReq', 'WriteWrap', 'FSReqPromise']);

function countByKind(kinds: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
