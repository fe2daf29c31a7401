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

/** Whether a value is one of the three. */
export function isPriority(value: unknown): value is TaskPriority {
  return priorities.includes(value as TaskPriority);
}

/**
 * @param where - what the value was given to, for the message
 * @throws InvalidArgumentError when it is no priority
 */
export function assertPriority(value: unknown, where: string): asserts value is TaskPriority {
  if (isPriority(value)) return;
  const allowed = priorities.map((priority) => `'${priority}'`).join(', ');
  throw new InvalidArgumentError(`${where} must be one of ${allowed}, got ${show(value)}`);
}
