/**
 * Tells whoever schedules work on a loop that never runs: at process exit, once, by name.
 *
 * A script that only calls `callSoon` ends silently without having done anything. That is the
 * first mistake of most newcomers, so it is worth one line.
 */
import type { EventLoop } from './event-loop.js';
import { writeRecord } from './last-resort.js';

/** A loop that can say how much work waits on it. */
export interface CountsPending extends EventLoop {
  pendingCount(): number;
}

/** Held strongly: a loop that is collected with its work was forgotten all the same. */
const neverRun = new Set<CountsPending>();
let reportsAtExit = false;

/** Work was scheduled on a loop that has not run yet. */
export function rememberPendingWork(loop: CountsPending): void {
  neverRun.add(loop);
  if (reportsAtExit) return;
  reportsAtExit = true;
  process.once('exit', report);
}

/** The loop runs, or was closed: nothing is forgotten. */
export function forgetPendingWork(loop: CountsPending): void {
  neverRun.delete(loop);
}

function report(): void {
  for (const loop of neverRun) {
    const count = loop.pendingCount();
    if (count === 0) continue;
    const waiting = count === 1 ? '1 callback waits' : `${count} callbacks wait`;
    writeRecord(
      `threadloop: ${waiting} on loop '${loop.name}', which never ran. ` +
        'Start it with run(main) or loop.runUntilComplete(main).',
    );
  }
}
