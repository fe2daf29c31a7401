/**
 * The event by which a task signal tells that its priority has changed.
 * After the web's interface of the same name.
 */
import { assertOptions, assertPriority } from './task-priority.js';
import type { TaskPriority } from './task-priority.js';

type EventOptions = NonNullable<ConstructorParameters<typeof Event>[1]>;

/** What a `TaskPriorityChangeEvent` is made of, beside its type. */
export interface TaskPriorityChangeEventInit extends EventOptions {
  readonly previousPriority: TaskPriority;
}

/** A `prioritychange`; the new priority is `event.target.priority`. */
export class TaskPriorityChangeEvent extends Event {
  /** What the priority was before. */
  readonly previousPriority: TaskPriority;

  /** @throws InvalidArgumentError when `previousPriority` is no priority */
  constructor(type: string, init: TaskPriorityChangeEventInit) {
    super(type, init);
    assertOptions(init, 'TaskPriorityChangeEvent');
    assertPriority(init.previousPriority, 'TaskPriorityChangeEvent: previousPriority');
    this.previousPriority = init.previousPriority;
  }
}
