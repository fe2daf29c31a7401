/**
 * Why a scope was cancelled, in words: what its `CancelledError` says. After Trio's, with its
 * sources. On the thread of the loop.
 */
import { currentTask } from '../loop/current-task.js';
import { registry } from '../loop/registry.js';

/** What cancelled a scope. */
export type CancelSource =
  | 'deadline'
  | 'explicit'
  | 'nursery'
  | 'shutdown'
  | 'KeyboardInterrupt'
  | 'misnesting';

/** Names the calling task, where it is one that cancels. */
export function describeCancel(source: CancelSource, reason: string | undefined): string {
  const task = source === 'explicit' && registry.running !== null ? currentTask() : null;
  const because = reason === undefined ? '' : ` with reason '${reason}'`;
  const from = task === null ? '' : ` from task ${task.getName()}`;
  return `cancelled due to ${source}${because}${from}`;
}
