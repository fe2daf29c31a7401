/**
 * The three priorities of prioritized task scheduling, and how to tell them from anything else.
 *
 * After the web's Prioritized Task Scheduling (WICG `scheduling-apis`), as all of this folder.
 */
import { InvalidArgumentError, show } from '../errors.js';

/**
 * How urgent a task is. `user-blocking`: somebody waits for it now. `user-visible`, the default:
 * somebody will see its result. `background`: nobody waits.
 */
export type TaskPriority = 'user-blocking' | 'user-visible' | 'background';

/** Most urgent first. */
export const priorities: readonly TaskPriority[] = ['user-blocking', 'user-visible', 'background'];

/** What a task has where nothing else is said. */
export const defaultPriority: TaskPriority = 'user-visible';

/**
 * @param where - what the value was given to, for the message
 * @throws InvalidArgumentError when it is no priority
 */
export function assertPriority(value: unknown, where: string): asserts value is TaskPriority {
  if (priorities.includes(value as TaskPriority)) return;
  const allowed = priorities.map((priority) => `'${priority}'`).join(', ');
  throw new InvalidArgumentError(`${where} must be one of ${allowed}, got ${show(value)}`);
}

/**
 * A priority given where options belong would be lost without a word.
 *
 * @throws InvalidArgumentError when it is no object
 */
export function assertOptions(value: unknown, what: string): void {
  if (typeof value === 'object' && value !== null) return;
  throw new InvalidArgumentError(`${what} expects an object of options, got ${show(value)}`);
}
