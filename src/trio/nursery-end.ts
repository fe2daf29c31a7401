/**
 * What the body's task waits for when the body of a nursery has ended. On the thread of the loop.
 * It names the tasks, so that a call graph shows who waits for whom.
 */
import { Future } from '../loop/future.js';
import type { Task } from '../loop/task.js';

/** The end of a nursery's tasks. */
export class NurseryEnd extends Future<void> {
  readonly #children: ReadonlySet<{ readonly task: Task<unknown> }>;

  constructor(parentTask: Task<unknown>, children: ReadonlySet<{ readonly task: Task<unknown> }>) {
    super({ loop: parentTask.getLoop() });
    this.#children = children;
  }

  override awaits(): readonly Future<unknown>[] {
    return [...this.#children].map(({ task }) => task);
  }
}
