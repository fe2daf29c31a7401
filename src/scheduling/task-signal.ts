/**
 * Task signals: abort signals that carry a priority too. After the web's interface of that name.
 *
 * Node makes abort signals itself and forbids `new`, so a task signal begins as one of Node's and
 * is given this class. To Node, and to all that takes an `AbortSignal`, it still is one. Private
 * fields cannot be added that way, hence the map.
 */
import { InvalidArgumentError, show } from '../errors.js';
import { printsAsText } from '../loop/prints-as-text.js';
import { SignalPriority } from './signal-priority.js';
import type { TaskPriorityChangeEvent } from './task-priority-change-event.js';
import { assertOptions, assertPriority, defaultPriority } from './task-priority.js';
import type { TaskPriority } from './task-priority.js';

/** Options of `TaskSignal.any`. */
export interface TaskSignalAnyInit {
  /** A priority to keep, or a signal whose priority to follow. Default `user-visible`. */
  readonly priority?: TaskPriority | TaskSignal;
}

/** Hears of a change of priority. */
export type PriorityChangeListener = (this: TaskSignal, event: TaskPriorityChangeEvent) => unknown;

type ListenerArguments = Parameters<AbortSignal['addEventListener']>;
type UnlistenArguments = Parameters<AbortSignal['removeEventListener']>;

interface Fields {
  readonly priority: SignalPriority;
  handler: PriorityChangeListener | null;
}

const fieldsOfSignals = new WeakMap<AbortSignal, Fields>();

/** An abort signal with a priority, from a `TaskController` or from `TaskSignal.any`. */
export class TaskSignal extends AbortSignal {
  static {
    printsAsText(this);
  }

  /** @throws TypeError always: as with any abort signal, `new` is not for users */
  private constructor() {
    super();
  }

  /**
   * A signal that is aborted as soon as one of `signals` is, with its reason, and whose priority
   * stays what `init` says, or follows the signal that it names.
   *
   * @throws InvalidArgumentError when one of them is no signal, or the priority none
   */
  static override any(signals: Iterable<AbortSignal>, init: TaskSignalAnyInit = {}): TaskSignal {
    const sources = [...signals];
    sources.forEach((signal, index) => assertSignal(signal, `TaskSignal.any(): signals[${index}]`));
    assertOptions(init, 'TaskSignal.any()');
    const { priority = defaultPriority } = init;
    const leader = isTaskSignal(priority) ? priorityOf(priority) : null;
    if (leader === null) {
      assertPriority(priority, 'TaskSignal.any(): priority, unless a TaskSignal,');
    }
    const native = AbortSignal.any(sources);
    return makeTaskSignal(
      native,
      leader === null
        ? new SignalPriority(native, priority as TaskPriority, { isFixed: true })
        : new SignalPriority(native, leader),
    );
  }

  /** How urgent the tasks are that were given this signal and no priority of their own. */
  get priority(): TaskPriority {
    return priorityOf(this).current;
  }

  /** Called on each change of priority, as a listener is; `null` where there is none. */
  get onprioritychange(): PriorityChangeListener | null {
    return fieldsOf(this).handler;
  }

  set onprioritychange(handler: PriorityChangeListener | null) {
    const fields = fieldsOf(this);
    const hadOne = fields.handler !== null;
    fields.handler = typeof handler === 'function' ? handler : null;
    // One that takes the place of another keeps its turn among the listeners.
    if (fields.handler === null) this.removeEventListener('prioritychange', callHandler);
    else if (!hadOne) this.addEventListener('prioritychange', callHandler);
  }

  override addEventListener(
    type: 'prioritychange',
    listener: PriorityChangeListener,
    options?: ListenerArguments[2],
  ): void;
  override addEventListener(...listening: ListenerArguments): void;
  override addEventListener(type: string, listener: unknown, options?: ListenerArguments[2]): void {
    if (type === 'prioritychange') priorityOf(this).noteListener();
    super.addEventListener(type, listener as ListenerArguments[1], options);
  }

  override removeEventListener(
    type: 'prioritychange',
    listener: PriorityChangeListener,
    options?: UnlistenArguments[2],
  ): void;
  override removeEventListener(...listening: UnlistenArguments): void;
  override removeEventListener(
    type: string,
    listener: unknown,
    options?: UnlistenArguments[2],
  ): void {
    super.removeEventListener(type, listener as UnlistenArguments[1], options);
  }

  get [Symbol.toStringTag](): string {
    return 'TaskSignal';
  }

  override toString(): string {
    return `<TaskSignal priority='${this.priority}' aborted=${this.aborted}>`;
  }
}

function callHandler(this: TaskSignal, event: TaskPriorityChangeEvent): void {
  fieldsOf(this).handler?.call(this, event);
}

function fieldsOf(signal: TaskSignal): Fields {
  const fields = fieldsOfSignals.get(signal);
  if (fields === undefined) throw new InvalidArgumentError('this is not a TaskSignal');
  return fields;
}

/** The priority behind a signal, for those who observe or change it. */
export function priorityOf(signal: TaskSignal): SignalPriority {
  return fieldsOf(signal).priority;
}

/** Whether an abort signal carries a priority. */
export function isTaskSignal(value: unknown): value is TaskSignal {
  return fieldsOfSignals.has(value as AbortSignal);
}

/** Gives a fresh signal of Node's a priority, and our class. */
export function makeTaskSignal(native: AbortSignal, priority: SignalPriority): TaskSignal {
  fieldsOfSignals.set(native, { priority, handler: null });
  return Object.setPrototypeOf(native, TaskSignal.prototype) as TaskSignal;
}

/** @throws InvalidArgumentError when it is no abort signal, `what` it is in the message */
export function assertSignal(value: unknown, what: string): asserts value is AbortSignal {
  if (value instanceof AbortSignal) return;
  throw new InvalidArgumentError(`${what} must be an AbortSignal, got ${show(value)}`);
}
