/**
 * Tasks that can never end, because their loop was closed: reported once they are collected.
 *
 * asyncio's loops hold their tasks weakly, and a task tells from its finalizer. Ours hold them
 * strongly until they are closed: a `WeakRef` for each task would double the cost of creating one
 * (measured with 200 000 no-op tasks). So a task is lost when its loop was closed, and not before.
 */
import { creationDetails } from './debug-stack.js';
import type { EventLoop } from './event-loop.js';

/** What is known of a task when it is gone. */
interface Destroyed {
  readonly loop: EventLoop;
  readonly task: string;
  readonly details: { readonly sourceTraceback?: string };
}

const finalizers = new FinalizationRegistry<Destroyed>(({ loop, task, details }) => {
  const message = 'Task was destroyed but it is pending!';
  loop.callExceptionHandler({ message, task, ...details });
});

const forgiven = new WeakSet<object>();

/** From now on the loop's handler hears of it when an unfinished task is collected. */
export function reportWhenDestroyed(task: { toString(): string }, loop: EventLoop): void {
  if (forgiven.has(task)) return;
  const destroyed = { loop, task: task.toString(), details: creationDetails(task) };
  finalizers.register(task, destroyed, task);
}

/** The task has ended after all. */
export function forgetDestroyed(task: object): void {
  finalizers.unregister(task);
}

/** Nobody has to be told of this task: it is the library's own, and its user knows already. */
export function forgiveDestroyed(task: object): void {
  forgiven.add(task);
}
