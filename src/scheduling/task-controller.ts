/**
 * Task controllers: who holds one can abort tasks and change how urgent they are.
 * After the web's interface of the same name.
 */
import { SignalPriority } from './signal-priority.js';
import { assertOptions, assertPriority, defaultPriority } from './task-priority.js';
import type { TaskPriority } from './task-priority.js';
import { makeTaskSignal, priorityOf } from './task-signal.js';
import type { TaskSignal } from './task-signal.js';

/** Options of `new TaskController()`. */
export interface TaskControllerInit {
  /** Default `user-visible`. */
  readonly priority?: TaskPriority;
}

/** An `AbortController` whose signal carries a priority. */
export class TaskController extends AbortController {
  declare readonly signal: TaskSignal;

  /** @throws InvalidArgumentError when the priority is none */
  constructor(init: TaskControllerInit = {}) {
    super();
    assertOptions(init, 'TaskController');
    const { priority = defaultPriority } = init;
    assertPriority(priority, 'TaskController: priority');
    makeTaskSignal(this.signal, new SignalPriority(this.signal, priority));
  }

  /**
   * Changes the priority of the signal, of the signals that follow it, and of all tasks that wait
   * under them; each task keeps its place by age. Costs time in proportion to those tasks. Then
   * `prioritychange` is dispatched, before this call returns.
   *
   * @throws InvalidArgumentError when it is no priority; DOMException `NotAllowedError` inside
   *   a listener that is being told of an earlier change of this signal
   */
  setPriority(priority: TaskPriority): void {
    assertPriority(priority, 'setPriority(): priority');
    priorityOf(this.signal).change(priority);
  }
}
