/**
 * The unfinished tasks of a loop in words: what each of them waits for.
 * For the errors of runs that cannot go on.
 */
import { allTasks } from './current-task.js';
import type { EventLoop } from './event-loop.js';

/** One line for each unfinished task. */
export function describeTasks(loop: EventLoop): string {
  const tasks = [...allTasks(loop)];
  if (tasks.length === 0) return 'No task is left.';
  return ['Unfinished tasks:', ...tasks.map((task) => `  ${task.toString()}`)].join('\n');
}
